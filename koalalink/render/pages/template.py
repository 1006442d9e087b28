"""One file for a browser: what is in it, and that nothing else is run or fetched."""

import base64
import hashlib
import json
from functools import cache
from html import escape
from pathlib import Path
from string import Template

_HERE = Path(__file__).parent


def page(title: str, body: str, *, script: str, data: object = None) -> str:
    """Return a page with a body in HTML, the script of a file, and data for it.

    The policy allows this script and this style by their hashes, and nothing from elsewhere, so that no name in the
    data can become a script, whatever it holds.
    """
    code, style = part(script), part("page.css")
    policy = (
        f"default-src 'none'; script-src '{_hash(code)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    whole = Template(part("page.html")).substitute(
        policy=policy,
        title=escape(title),
        style=style,
        body=body,
        data=as_data(data),
        script=code,
    )
    return whole.encode("utf-8", "replace").decode()  # half a character, as JSON can have it, is none


@cache
def part(name: str) -> str:
    """Return a file of this folder."""
    return (_HERE / name).read_text(encoding="utf-8")


def as_data(data: object) -> str:
    """Return JSON that cannot end the element that it stands in, nor be read as anything but JSON."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
