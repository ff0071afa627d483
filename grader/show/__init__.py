"""Pictures of what a student's function computes; ``grade --show`` writes them.

An exercise that has one declares in its catalog file a function that calls the student's function on images of
:mod:`grader.show.scenes`, and lays out what came back as tiles.
"""

from grader.show.graph import graph
from grader.show.layout import below, beside, labelled, page, text
from grader.show.network import trained_network
from grader.show.picture import Call, Draw, NoPictureError, Picture
from grader.show.scenes import digit, landscape, line_filters
from grader.show.tiles import Pixels, coloured, enlarged, grey, outlined, signed

__all__ = [
    "Call",
    "Draw",
    "NoPictureError",
    "Picture",
    "Pixels",
    "below",
    "beside",
    "coloured",
    "digit",
    "enlarged",
    "graph",
    "grey",
    "labelled",
    "landscape",
    "line_filters",
    "outlined",
    "page",
    "signed",
    "text",
    "trained_network",
]
