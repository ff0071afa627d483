"""What each unit is about. Its exercises are the files in the folder of its name, and what they require is theirs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit of the course.

    Attributes
    ----------
    name : str
        That of its folder, such as "04_cross_correlation".
    title : str
    question : str
        What it answers.
    about : str
        Two to four sentences that say what it teaches, and what is written in it.
    able : str
        Goes on from "Then you can".
    needs : tuple of str
        Units whose ideas it takes up, beside those that its exercises require.
    """

    name: str
    title: str
    question: str
    about: str
    able: str
    needs: tuple[str, ...] = ()


UNITS = (
    Unit(
        name="01_layering_representations",
        title="layering representations",
        question="How does a list of brightnesses become a number for each class?",
        about="To a network, an image is a list of numbers, one for each pixel. A layer describes it anew: every unit "
        "weighs all the numbers in front of it, and its own number says how well they match its weights. The next "
        "layer describes that description, and the last one has a number for each class. You unroll images into rows, "
        "send them through two layers, and count what such a network has to learn.",
        able="compute what a fully connected network says of an image, and count its parameters",
    ),
    Unit(
        name="02_why_convolution",
        title="why convolution",
        question="Why not connect every unit with every pixel?",
        about="A fully connected layer that sees 200x200 pixels, and has as many units, has 1.6 billion weights. Two "
        "observations save nearly all of them. Pixels far from each other have little to say about each other, so a "
        "unit may look at a small field only; and what is worth finding in one place is worth finding in all, so units "
        "may share their weights. You count what each of the two saves, and write the layer that uses the first alone.",
        able="say in numbers what local fields and shared weights save",
        needs=("01_layering_representations",),
    ),
    Unit(
        name="03_spatial_dimensions",
        title="spatial dimensions",
        question="How large is what comes out of a layer, and when does a filter not fit?",
        about="A network can be built only if the sizes of its layers agree. They follow from four numbers: the size "
        "of the image, that of the filter, the stride, and the border of zeros. You turn the formula into code, meet "
        "the cases in which it gives no whole number, and see what becomes of them. At last you count how much of the "
        "image a pixel behind many layers depends on.",
        able="work out every size in a network before it is built, and how far each of its pixels sees",
        needs=("02_why_convolution",),
    ),
    Unit(
        name="04_cross_correlation",
        title="cross-correlation",
        question="What does a filter see in an image?",
        about="A filter is a small picture of what it looks for. Slid over an image, it gives a map that is large "
        "where the image looks like the filter, and that moves along when the image moves. Libraries call this "
        "convolution, though a mathematician's convolution turns the filter first: you write both. Four filters, a "
        "ReLU and a pool then make a small network that tells the directions of lines, with nothing learned.",
        able="slide a filter over an image, and read from the map what was seen, and where",
        needs=("03_spatial_dimensions",),
    ),
    Unit(
        name="05_convolution_layer",
        title="the convolution layer",
        question="How do many filters work on many images of many channels, and fast?",
        about="A layer has many filters, and each is as deep as what it slides over. It sums over all channels, adds "
        "its bias, and gives one map; the maps are the channels that the next layer sees. You write the layer for "
        "whole batches, with stride and padding, and count its parameters and neurons. Then you write it once more, as "
        "a single matrix product, for which every computer has very fast code.",
        able="write the layer that convolutional networks are made of, and do its work by one matrix product",
        needs=("03_spatial_dimensions",),
    ),
    Unit(
        name="06_pooling",
        title="pooling",
        question="How can a map become smaller and keep what matters?",
        about="Pooling makes one number of each window of a map: the largest, which says whether something was seen "
        "there, or the mean, which says how much of it. There is nothing to learn in it. Maps become smaller, and the "
        "answer depends a little less on where exactly something lies. You write both, for windows side by side, "
        "windows that overlap and windows that hang over the edge, and at last for whole maps.",
        able="make maps smaller by pooling, and say when rounding up or down gives another size",
        needs=("03_spatial_dimensions",),
    ),
    Unit(
        name="07_backprop",
        title="backpropagation",
        question="By how much does the loss change with each weight?",
        about="Training asks for the derivative of the loss for every weight, and backpropagation finds all of them "
        "on one way back through the layers. A layer needs to know its own part only: given the gradient of what came "
        "out, it returns those of what went in. You begin with a judge that knows no calculus, central differences, "
        "and then write the backward passes of the layers you know; batch normalisation you write both ways.",
        able="write a layer's backward pass, and check it by finite differences",
    ),
    Unit(
        name="08_autograd",
        title="automatic differentiation",
        question="Who writes the backward pass of a whole network?",
        about="Nobody does. An autograd engine notes each operation as it is done, and then goes through its notes "
        "backwards: for each operation there is a small function, its vjp, that turns the gradient of the result into "
        "those of the operands. You write reverse mode for expressions, undo broadcasting, give an operation its vjp, "
        "and run a tape backwards that stays right where a value is used more than once.",
        able="say what happens in loss.backward(), and write the heart of an engine that does it",
        needs=("07_backprop",),
    ),
    Unit(
        name="09_numba_kernels",
        title="Numba kernels",
        question="How does a loop that reads like the formula become as fast as a library?",
        about="In plain Python, loops over pixels take hundreds of times as long as the processor needs. Numba "
        "compiles the same loops to machine code, lets all processors share them, and can run them on a "
        "graphics card. You write a convolution this way, keep threads from adding to the same place, and see "
        "how your time compares with that of the engine's kernel on the same machine. Kernels for a card run "
        "on a simulator, so you need none.",
        able="write a kernel that is right first, then fast, on many processors and for a card",
        needs=("05_convolution_layer",),
    ),
    Unit(
        name="10_mnist",
        title="handwritten digits",
        question="Does a network with convolutions read digits better than one without?",
        about="MNIST is 70,000 handwritten digits of 28x28 pixels: 60,000 to learn from and 10,000 to be tested by. "
        "You read its files byte by byte, cut them into batches, and write the loop that trains: forward, "
        "loss, backward, and a step with momentum. Then a multilayer perceptron and a network of two "
        "convolutions meet on the same digits, and are compared by what they cost and by what they get wrong.",
        able="train a network, from raw files to an error on images it has never seen",
        needs=("07_backprop",),
    ),
    Unit(
        name="11_lenet5",
        title="LeNet-5",
        question="How did the network that read cheques in the nineties work, part by part?",
        about="LeNet-5, of 1998, has nearly all that convolutional networks have today, and some parts that were "
        "given up since: maps that see only some of the maps before them, subsampling with weights that are "
        "learned, a scaled tanh, and outputs that compare what they get with drawings of the digits. You "
        "count its 60,000 trainable parameters and write these parts, and then the network is put together "
        "from them.",
        able="build a network from what its paper says, and check it by its counts",
        needs=("05_convolution_layer", "06_pooling", "07_backprop"),
    ),
)
