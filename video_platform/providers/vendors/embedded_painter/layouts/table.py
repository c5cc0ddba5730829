"""Which function lays out which kind of frame."""

from collections.abc import Callable

from video_platform.domain.script import OnScreenKind
from video_platform.providers.vendors.embedded_painter.layouts.base import Sheet
from video_platform.providers.vendors.embedded_painter.layouts.closing import lay_out_closing
from video_platform.providers.vendors.embedded_painter.layouts.comparison import lay_out_comparison
from video_platform.providers.vendors.embedded_painter.layouts.listing import lay_out_list
from video_platform.providers.vendors.embedded_painter.layouts.number import lay_out_number
from video_platform.providers.vendors.embedded_painter.layouts.quote import lay_out_quote
from video_platform.providers.vendors.embedded_painter.layouts.statement import lay_out_statement
from video_platform.providers.vendors.embedded_painter.layouts.steps import lay_out_steps
from video_platform.providers.vendors.embedded_painter.layouts.title import lay_out_title

LAYOUTS: dict[OnScreenKind, Callable[[Sheet], None]] = {
    OnScreenKind.TITLE: lay_out_title,
    OnScreenKind.STATEMENT: lay_out_statement,
    OnScreenKind.LIST: lay_out_list,
    OnScreenKind.STEPS: lay_out_steps,
    OnScreenKind.NUMBER: lay_out_number,
    OnScreenKind.QUOTE: lay_out_quote,
    OnScreenKind.COMPARISON: lay_out_comparison,
    OnScreenKind.CLOSING: lay_out_closing,
}
