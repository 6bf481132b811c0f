"""A QR code as an address a page can show; the library that draws it is loaded with the first one."""


def picture_of(text: str, *, scale: int) -> str:
    """The code of a text as a drawing in a data address, each of its squares ``scale`` points wide."""
    import segno  # noqa: PLC0415  # few pages show one

    return segno.make(text, error="m").svg_data_uri(scale=scale, border=2, dark="#000", light="#fff")
