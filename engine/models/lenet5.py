"""LeNet-5 of 1998: trainable subsampling, a connection table, squashing, and pictures of the digits as targets."""

import numpy as np

import engine.nn.functional as F
from engine import nn
from engine.tensor import Tensor

DIGIT_PICTURES = """
    ..###.. ...#... .#####. .#####. .....#. ####### ..####. ####### .#####. .#####.
    .#...#. ..##... #.....# #.....# ....##. #...... .#..... ......# #.....# #.....#
    #.....# .#.#... ......# ......# ...#.#. #...... #...... ......# #.....# #.....#
    #.....# ...#... ......# ......# ..#..#. #...... #...... .....#. #.....# #.....#
    #.....# ...#... .....#. ......# .#...#. #.####. #.####. .....#. .#...#. #.....#
    #.....# ...#... ....#.. ..####. #....#. ##....# ##....# ....#.. ..###.. #....##
    #.....# ...#... ...#... ......# #....#. ......# #.....# ....#.. .#...#. .####.#
    #.....# ...#... ..#.... ......# ####### ......# #.....# ...#... #.....# ......#
    #.....# ...#... .#..... ......# .....#. ......# #.....# ...#... #.....# ......#
    #.....# ...#... #...... ......# .....#. ......# #.....# ..#.... #.....# .....#.
    .#...#. ...#... #...... #.....# .....#. #.....# #.....# ..#.... #.....# ....#..
    ..###.. .#####. ####### .#####. .....#. .#####. .#####. ..#.... .#####. .###...
"""


def digit_codes() -> Tensor:
    """Return the pictures of the ten digits that LeNet-5 compares its 84 features with.

    Returns
    -------
    Tensor (10, 12, 7)
        1 for ink, -1 for paper.

    Notes
    -----
    The paper's pictures are a stylised set of all printable ASCII characters. These ten are drawn after
    their idea, not copied: characters that look alike have codes that are alike, which is better than
    random codes where a later stage corrects confusions of such characters.

    Examples
    --------
    >>> for row in digit_codes().tolist()[5][2:6]:
    ...     print("".join("#" if pixel > 0 else "." for pixel in row))
    #......
    #......
    #.####.
    ##....#
    """
    rows = [row.split() for row in DIGIT_PICTURES.split("\n") if row.strip()]
    ink = [[[pixel == "#" for pixel in row] for row in digit] for digit in zip(*rows, strict=True)]
    return Tensor(np.where(ink, 1, -1).astype(np.float32))


class LeNet5(nn.Module):
    """The network of 1998, with 60,000 parameters to learn.

    Attributes
    ----------
    c1, c3, c5 : Module
        Convolutions by 5x5 filters to 6, 16 and 120 maps; c3 reads the maps that ``LENET5_C3_TABLE`` lists.
    s2, s4 : Subsampling2d
        The sum of four pixels, times a coefficient and plus a bias of the map.
    f6 : Linear
        84 features: a picture of 7x12 pixels.
    output : RBF
        Squared distances to :func:`digit_codes`, which are not learnt.

    Notes
    -----
    The outputs are penalties: the answer is the class with the *smallest*. They go with
    :func:`engine.nn.functional.rbf_loss`, whose default j = 0.1 was LeNet-5's.

    Every layer up to F6 is squashed by 1.7159 tanh(2a / 3): the paper says so of all units up to F6, also where
    later accounts squash the S layers only. Images are 32x32 with -0.1 for paper and 1.175 for ink.

    Weights and biases start with a standard deviation of 1/sqrt(n), where n is the number of inputs of their unit,
    as the authors' other paper of that year has it. The first paper says U(-2.4/n, 2.4/n): then signals shrink from
    layer to layer, F6 starts at thousandths, and the curvatures estimated there let the first pass diverge.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998,
    section II.B and appendix A.
    LeCun, Bottou, Orr, Mueller, "Efficient BackProp", 1998, section 4.6.

    Examples
    --------
    >>> model = LeNet5()
    >>> sum(p.numel() for p in model.parameters()), sum(b.numel() for b in model.buffers())
    (60000, 840)
    >>> import engine
    >>> images = engine.zeros(2, 1, 32, 32)
    >>> model(images).shape, F.rbf_loss(model(images), engine.tensor([3, 8])).shape
    ((2, 10), ())
    """

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = nn.Subsampling2d(6, 2)
        self.c3 = nn.TableConv2d(nn.LENET5_C3_TABLE, 5)
        self.s4 = nn.Subsampling2d(16, 2)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.RBF(84, 10, digit_codes())
        for layer, fan_in in ((self.c1, 25), (self.s2, 4), (self.s4, 4), (self.c5, 16 * 25), (self.f6, 120)):
            for parameter in layer.parameters():
                nn.init.lecun_uniform_(parameter, fan_in)
        # Units of C3 have 75 to 150 inputs, as the table has it.
        (weight, bias), first = self.c3.parameters(), 0
        for k, maps in enumerate(self.c3.table):
            for part in (weight.array[first : first + len(maps)], bias.array[k : k + 1]):
                nn.init.lecun_uniform_(Tensor(part), 25 * len(maps))
            first += len(maps)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N, 1, 32, 32) to penalties (N, 10)."""
        penalties: Tensor = self.output(self.features(x))
        return penalties

    def features(self, x: Tensor) -> Tensor:
        """Map images (N, 1, 32, 32) to what is compared with the pictures of the digits (N, 84)."""
        x = F.scaled_tanh(self.c1(x))
        x = F.scaled_tanh(self.s2(x))
        x = F.scaled_tanh(self.c3(x))
        x = F.scaled_tanh(self.s4(x))
        x = F.scaled_tanh(self.c5(x)).flatten(1)
        features: Tensor = F.scaled_tanh(self.f6(x))
        return features
