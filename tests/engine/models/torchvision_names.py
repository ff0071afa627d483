"""What state_dict of torchvision's networks holds, name by name with shapes, said by rules and tables of its own."""

from typing import TypeAlias

State: TypeAlias = dict[str, tuple[int, ...]]


def conv(name: str, filters: int, channels: int, height: int, width: int | None = None) -> State:
    return {f"{name}.weight": (filters, channels, height, height if width is None else width)}


def biased(weights: State) -> State:
    """Add a bias for each weight."""
    return weights | {name.replace("weight", "bias"): shape[:1] for name, shape in weights.items()}


def norm(name: str, channels: int) -> State:
    """Batch normalisation."""
    kept = ("weight", "bias", "running_mean", "running_var")
    return {f"{name}.{what}": (channels,) for what in kept} | {f"{name}.num_batches_tracked": ()}


def linear(name: str, outputs: int, inputs: int) -> State:
    return biased({f"{name}.weight": (outputs, inputs)})


def conv_norm(name: str, filters: int, channels: int, height: int = 1, width: int | None = None) -> State:
    """GoogLeNet's and Inception's unit."""
    return conv(f"{name}.conv", filters, channels, height, width) | norm(f"{name}.bn", filters)


def alexnet() -> State:
    state: State = {}
    for i, filters, channels, side in (
        (0, 64, 3, 11),
        (3, 192, 64, 5),
        (6, 384, 192, 3),
        (8, 256, 384, 3),
        (10, 256, 256, 3),
    ):
        state |= biased(conv(f"features.{i}", filters, channels, side))
    state |= linear("classifier.1", 4096, 9216) | linear("classifier.4", 4096, 4096)
    return state | linear("classifier.6", 1000, 4096)


VGG = {
    16: {64: (0, 2), 128: (5, 7), 256: (10, 12, 14), 512: (17, 19, 21, 24, 26, 28)},
    19: {64: (0, 2), 128: (5, 7), 256: (10, 12, 14, 16), 512: (19, 21, 23, 25, 28, 30, 32, 34)},
}


def vgg(depth: int) -> State:
    state: State = {}
    channels = 3
    for filters, places in VGG[depth].items():
        for i in places:
            state |= biased(conv(f"features.{i}", filters, channels, 3))
            channels = filters
    state |= linear("classifier.0", 4096, 25088) | linear("classifier.3", 4096, 4096)
    return state | linear("classifier.6", 1000, 4096)


RESNET = {
    18: (2, (2, 2, 2, 2)),
    34: (2, (3, 4, 6, 3)),
    50: (3, (3, 4, 6, 3)),
    101: (3, (3, 4, 23, 3)),
    152: (3, (3, 8, 36, 3)),
}


def resnet(depth: int) -> State:
    convolutions, blocks = RESNET[depth]
    state = conv("conv1", 64, 3, 7) | norm("bn1", 64)
    channels = 64
    for stage, count in enumerate(blocks, 1):
        planes = 32 * 2**stage
        out = planes if convolutions == 2 else 4 * planes
        for i in range(count):
            block = f"layer{stage}.{i}"
            widths = (channels, planes, planes) if convolutions == 2 else (channels, planes, planes, out)
            sides = (3, 3) if convolutions == 2 else (1, 3, 1)
            for number, side in enumerate(sides, 1):
                state |= conv(f"{block}.conv{number}", widths[number], widths[number - 1], side)
                state |= norm(f"{block}.bn{number}", widths[number])
            if i == 0 and channels != out:
                state |= conv(f"{block}.downsample.0", out, channels, 1) | norm(f"{block}.downsample.1", out)
            channels = out
    return state | linear("fc", 1000, channels)


# Channels before; 1x1; 1x1 and 3x3; 1x1 and 3x3; behind pooling. Table 1 of the paper.
GOOGLENET = """
    3a 192 64 96 128 16 32 32
    3b 256 128 128 192 32 96 64
    4a 480 192 96 208 16 48 64
    4b 512 160 112 224 24 64 64
    4c 512 128 128 256 24 64 64
    4d 512 112 144 288 32 64 64
    4e 528 256 160 320 32 128 128
    5a 832 256 160 320 32 128 128
    5b 832 384 192 384 48 128 128
"""


def googlenet(aux: bool = False) -> State:
    state = conv_norm("conv1", 64, 3, 7) | conv_norm("conv2", 64, 64) | conv_norm("conv3", 192, 64, 3)
    for line in GOOGLENET.strip().splitlines():
        name, *numbers = line.split()
        c, one, before_3, three, before_5, five, pool = map(int, numbers)
        block = f"inception{name}"
        state |= conv_norm(f"{block}.branch1", one, c)
        state |= conv_norm(f"{block}.branch2.0", before_3, c) | conv_norm(f"{block}.branch2.1", three, before_3, 3)
        state |= conv_norm(f"{block}.branch3.0", before_5, c) | conv_norm(f"{block}.branch3.1", five, before_5, 3)
        state |= conv_norm(f"{block}.branch4.1", pool, c)
    for head, channels in (("aux1", 512), ("aux2", 528)) if aux else ():
        state |= conv_norm(f"{head}.conv", 128, channels)
        state |= linear(f"{head}.fc1", 1024, 2048) | linear(f"{head}.fc2", 1000, 1024)
    return state | linear("fc", 1000, 1024)


# Each convolution of a block: name, maps, channels ("c" are those of the block's input), height and width.
A = "1x1 64 c 1 1, 5x5_1 48 c 1 1, 5x5_2 64 48 5 5, 3x3dbl_1 64 c 1 1, 3x3dbl_2 96 64 3 3, 3x3dbl_3 96 96 3 3"
B = "3x3 384 c 3 3, 3x3dbl_1 64 c 1 1, 3x3dbl_2 96 64 3 3, 3x3dbl_3 96 96 3 3"
C = (
    "1x1 192 c 1 1, 7x7_1 n c 1 1, 7x7_2 n n 1 7, 7x7_3 192 n 7 1, 7x7dbl_1 n c 1 1, 7x7dbl_2 n n 7 1, "
    "7x7dbl_3 n n 1 7, 7x7dbl_4 n n 7 1, 7x7dbl_5 192 n 1 7, _pool 192 c 1 1"
)
D = (
    "3x3_1 192 c 1 1, 3x3_2 320 192 3 3, 7x7x3_1 192 c 1 1, 7x7x3_2 192 192 1 7, 7x7x3_3 192 192 7 1, "
    "7x7x3_4 192 192 3 3"
)
E = (
    "1x1 320 c 1 1, 3x3_1 384 c 1 1, 3x3_2a 384 384 1 3, 3x3_2b 384 384 3 1, 3x3dbl_1 448 c 1 1, "
    "3x3dbl_2 384 448 3 3, 3x3dbl_3a 384 384 1 3, 3x3dbl_3b 384 384 3 1, _pool 192 c 1 1"
)
INCEPTION = (
    ("Mixed_5b", f"{A}, _pool 32 c 1 1", 192, 0),
    ("Mixed_5c", f"{A}, _pool 64 c 1 1", 256, 0),
    ("Mixed_5d", f"{A}, _pool 64 c 1 1", 288, 0),
    ("Mixed_6a", B, 288, 0),
    ("Mixed_6b", C, 768, 128),
    ("Mixed_6c", C, 768, 160),
    ("Mixed_6d", C, 768, 160),
    ("Mixed_6e", C, 768, 192),
    ("Mixed_7a", D, 768, 0),
    ("Mixed_7b", E, 1280, 0),
    ("Mixed_7c", E, 2048, 0),
)


def inception() -> State:
    state = conv_norm("Conv2d_1a_3x3", 32, 3, 3) | conv_norm("Conv2d_2a_3x3", 32, 32, 3)
    state |= conv_norm("Conv2d_2b_3x3", 64, 32, 3) | conv_norm("Conv2d_3b_1x1", 80, 64)
    state |= conv_norm("Conv2d_4a_3x3", 192, 80, 3)
    for block, convolutions, channels, between in INCEPTION:
        for item in convolutions.split(", "):
            name, *words = item.split(" ")
            letters = {"c": channels, "n": between}
            filters, depth, height, width = (letters[word] if word in letters else int(word) for word in words)
            state |= conv_norm(f"{block}.branch{name}", filters, depth, height, width)
    state |= conv_norm("AuxLogits.conv0", 128, 768) | conv_norm("AuxLogits.conv1", 768, 128, 5)
    return state | linear("AuxLogits.fc", 1000, 768) | linear("fc", 1000, 2048)


def densenet121() -> State:
    state = conv("features.conv0", 64, 3, 7) | norm("features.norm0", 64)
    channels = 64
    for block, layers in enumerate((6, 12, 24, 16), 1):
        for i in range(1, layers + 1):
            layer = f"features.denseblock{block}.denselayer{i}"
            state |= norm(f"{layer}.norm1", channels) | conv(f"{layer}.conv1", 128, channels, 1)
            state |= norm(f"{layer}.norm2", 128) | conv(f"{layer}.conv2", 32, 128, 3)
            channels += 32
        if block < 4:
            transition = f"features.transition{block}"
            state |= norm(f"{transition}.norm", channels) | conv(f"{transition}.conv", channels // 2, channels, 1)
            channels //= 2
    return state | norm("features.norm5", 1024) | linear("classifier", 1000, 1024)
