"""Every gradient of gradients.txt against PyTorch's autograd: the model and the form that the suite
expects are read as Python, which they all but are. Skipped where python3-torch is not installed."""

import re
import sys

try:
    import torch
except ImportError:
    print("1..0 # SKIP PyTorch is not installed (Debian: python3-torch)")
    sys.exit(0)

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)


def reduction(all_of, rows_or_columns):
    def reduce(e, axis=None):
        return all_of(e).reshape(1, 1) if axis is None else rows_or_columns(e, axis)

    return reduce


def slope(f):
    def of(z):
        z = z.detach().requires_grad_()
        return torch.autograd.grad(f(z).sum(), z)[0]

    return of


LANGUAGE = {
    "sum": reduction(torch.sum, lambda e, axis: torch.sum(e, axis, keepdim=True)),
    "mean": reduction(torch.mean, lambda e, axis: torch.mean(e, axis, keepdim=True)),
    "norm2": lambda e: (e * e).sum().reshape(1, 1),
    "trace": lambda e: torch.trace(e).reshape(1, 1),
    "dot": lambda a, b: (a * b).sum().reshape(1, 1),
    "outer": lambda a, b: torch.outer(a.flatten(), b.flatten()),
    "diag": lambda e: torch.diag(e).reshape(1, -1),
    "eye": lambda n: torch.eye(n),
    "ones": lambda m, n: torch.ones(m, n),
    "zeros": lambda m, n: torch.zeros(m, n),
    "softmax": lambda e: torch.softmax(e, 1),
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": lambda e: torch.sqrt(torch.as_tensor(e, dtype=torch.float64)),
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "softplus": torch.nn.functional.softplus,
    "abs": torch.abs,
    "square": torch.square,
    "identity": lambda e: e,
    "slope": slope,
}
DECLARATION = re.compile(r"(\w+) : (\w+) x (\w+)(?: = (.*))?$")


def python(text):
    text = re.sub(r"\blambda\b", "lambda_", text)
    return re.sub(r"(\w+)'\(", r"slope(\1)(", text).replace("^", "**")


def declare(names, match):
    name, rows, cols, init = match.groups()
    name = python(name)
    shape = [int(n) if n.isdigit() else names[n] for n in (rows, cols)]
    uniform = re.match(r"uniform\((.*), (.*)\)", init or "")
    if uniform:
        low, high = map(float, uniform.groups())
        value = low + (high - low) * torch.rand(shape)
    elif init:
        value = torch.tensor(eval(init), dtype=torch.float64).reshape(shape)
    else:
        value = torch.randn(shape)
    names[name] = value.requires_grad_()


def run(names, model):
    for statement in filter(None, (s.strip() for s in re.split(r"[;\n]", model))):
        match = DECLARATION.match(statement)
        if statement.startswith("dims "):
            exec(statement[5:].replace(",", ";"), names)
        elif match:
            declare(names, match)
        else:
            exec(python(statement), names)
    return names


def check(model, wrt, form, where):
    names = run(dict(LANGUAGE), model)
    wrt, value = python(wrt), torch.as_tensor(names["J"])
    want = torch.zeros_like(names[wrt])
    if value.requires_grad:
        found = torch.autograd.grad(value.sum(), names[wrt], allow_unused=True)[0]
        want = want if found is None else found
    for line in reversed(where):
        exec(python(line), names)
    got = torch.as_tensor(eval(python(form), names))
    if got.shape != want.shape:
        return f"the shape is {list(got.shape)}, not {list(want.shape)}"
    error = ((got - want).abs().max() / want.abs().max().clamp(min=1)).item()
    return None if error < 1e-9 else f"the error is {error:.1e}"


def cases(text):
    """What the suite expects: the first comment, the model, wrt, the form, its `where` lines."""
    for block in text.split("\n\n"):
        lines = block.splitlines()
        model = "\n".join(s for s in lines if not re.match(r"#|d\w+/d|    ", s))
        title = lines[0].lstrip("# ") if lines else ""
        for i, line in enumerate(lines):
            match = re.match(r"dJ/d(\w+) = (.*)", line)
            if not match:
                continue
            where = []
            for more in lines[i + 1 :]:
                if not more.startswith("    where "):
                    break
                where.append(more[len("    where ") :])
            yield title, model, match[1], match[2], where


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    count = failed = 0
    for title, model, wrt, form, where in cases(text):
        count += 1
        try:
            problem = check(model, wrt, form, where)
        except Exception as e:  # a form that Python can't read is a failure like another
            problem = repr(e)
        failed += problem is not None
        print(f"{'not ok' if problem else 'ok'} {count} - dJ/d{wrt} of: {title}")
        if problem:
            print(f"# {form}: {problem}")
    print(f"1..{count}")
    sys.exit(failed > 0)


main()
