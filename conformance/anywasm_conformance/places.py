"""The folders of the checkout."""

from __future__ import annotations

from pathlib import Path

#: The folder `conformance/`.
HOME = Path(__file__).resolve().parent.parent
#: The root folder of the checkout.
CHECKOUT = HOME.parent
