"""A peer for bench_torch.c: one network, trained as PyTorch's users do it, on one thread. Says
`ready`, then for each number that it reads does so many updates and says `done`. Without PyTorch
it says `absent`."""
import os
import sys

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
try:
    import torch
except ImportError:
    print("absent", flush=True)
    sys.exit()

torch.set_num_threads(1)
torch.manual_seed(3)
if sys.argv[1] == "xor":
    torch.set_default_dtype(torch.float64)
    x = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    t = torch.tensor([[0.0], [1], [1], [0]])
    sizes = 2, 3, 1
else:
    sizes = 784, 128, 10
    x, t = torch.rand(64, 784), torch.rand(64, 10)

network = torch.nn.Sequential(torch.nn.Linear(sizes[0], sizes[1]), torch.nn.Sigmoid(),
                              torch.nn.Linear(sizes[1], sizes[2]), torch.nn.Sigmoid())
optimizer = torch.optim.SGD(network.parameters(), lr=0.001)
print("ready", flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        optimizer.zero_grad()
        loss = ((network(x) - t) ** 2).sum() / 2
        loss.backward()
        optimizer.step()
    print("done", flush=True)
