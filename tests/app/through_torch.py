"""A network from PyTorch is loaded, trained for one step and loaded back into PyTorch, as the README
says; PyTorch takes the same step. Skipped where python3-torch is not installed.
python3 through_torch.py CHALKGRAD"""

import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
except ImportError:
    print("1..0 # SKIP PyTorch is not installed (Debian: python3-torch)")
    sys.exit(0)

LESSON = """
```model
dims n = 4
X : n x 2
Ystar : n x 1
W1 : 2 x 3 = load("net.npz", "0.weight").T
B1 : 1 x 3 = load("net.npz", "0.bias")
W2 : 3 x 1 = load("net.npz", "2.weight").T
B2 : 1 x 1 = load("net.npz", "2.bias")
Y = sigmoid(tanh(X @ W1 + B1) @ W2 + B2)
J = 1/2 * sum((Y - Ystar)^2)
```

```data X Ystar
0 0 0
0 1 1
1 0 1
1 1 0
```

```train
params = W1, B1, W2, B2
rate = 0.5
```
"""

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)
net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1), torch.nn.Sigmoid())
x = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
t = torch.tensor([[0.0], [1], [1], [0]])
print("1..2")
with tempfile.TemporaryDirectory() as folder:
    numpy.savez(folder + "/net.npz", **{k: v.numpy() for k, v in net.state_dict().items()})
    with open(folder + "/xor.md", "w") as f:
        f.write(LESSON)
    command = [sys.argv[1], "train", folder + "/xor.md", "--epochs", "1", "--save", folder + "/out.npz"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0
    print("ok 1 - the network trains" if done else "not ok 1 - the network trains")
    out = dict(numpy.load(folder + "/out.npz")) if done else {}

(0.5 * ((net(x) - t) ** 2).sum()).backward()
worst = 1.0 if not out else 0.0
for layer, weight, bias in ((net[0], "W1", "B1"), (net[2], "W2", "B2")):
    if out:
        w, b = layer.weight - 0.5 * layer.weight.grad, layer.bias - 0.5 * layer.bias.grad
        worst = max(worst, (w - torch.tensor(out[weight].T)).abs().max().item())
        worst = max(worst, (b - torch.tensor(out[bias][0])).abs().max().item())
print("%s 2 - PyTorch takes the same step # off by %g" % ("ok" if worst < 1e-14 else "not ok", worst))
