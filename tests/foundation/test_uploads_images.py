"""A picture is afterwards what one sees and nothing else: upright, without place, owner or passenger."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageChops, ImageCms

from regulator.foundation.cleaners.kinds import UploadKind
from regulator.foundation.cleaners.limits import Limits
from regulator.foundation.errors import BadInput
from tests.factories.uploads import clean, drawn, located, packed, picture

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PASSENGERS = (b"Zhang San", b"payload", b"ICC_PROFILE", b"iCCP", b"Exif", b"eXIf", b"tEXt", b"PK\x03\x04", b"http://")


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def colour(image: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return found


def with_text(image: Image.Image) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Author", "Zhang San payload")
    text.add_itxt("XML:com.adobe.xmp", "payload http://")
    return picture("PNG", image, pnginfo=text, exif=located(), icc_profile=PROFILE)


CARRIERS = {
    "photo with place and owner": picture(exif=located()),
    "photo with a profile": picture(icc_profile=PROFILE),
    "photo with a remark": picture(comment=b"payload <script>"),
    "photo and archive": picture() + packed({"payload": b"payload"}),
    "photo and page": picture() + b"<script>payload</script>",
    "progressive photo": picture(progressive=True, exif=located()),
    "picture with texts": with_text(drawn()),
    "picture with colours by number": with_text(drawn(mode="P")),
    "picture and archive": picture("PNG") + packed({"payload": b"payload"}),
}


@pytest.mark.parametrize("case", CARRIERS)
def test_only_what_one_sees_is_left(case: str) -> None:
    content = CARRIERS[case]
    assert any(word in content for word in PASSENGERS), "the case is one"
    kind, cleaned, _ = clean(content)
    assert {word for word in PASSENGERS if word in cleaned} == set()
    image = opened(cleaned)
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "transparency"}
    seen = ImageChops.difference(image.convert("RGB"), opened(content).convert("RGB"))
    most = 0 if kind is UploadKind.PNG else 40
    assert all(value <= most for value in seen.tobytes()), "it looks the same"
    assert clean(cleaned)[1] == cleaned
    assert clean(content)[1] == cleaned


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_taken_sideways_is_turned(kind: str, orientation: int) -> None:
    """EXIF 0x0112: how the shown picture lies in the file; after cleaning it must lie as it is shown."""
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Transpose that makes such a file from the shown picture
    shown = drawn((64, 32))
    stored = shown if orientation == 1 else shown.transpose(Image.Transpose(turns[orientation]))
    cleaned = opened(clean(picture(kind, stored, exif=located(orientation)))[1])
    assert cleaned.size == (64, 32)
    red, white = colour(cleaned, (5, 5)), colour(cleaned, (60, 28))
    assert red[0] > 200
    assert red[1] < 60
    assert min(white) > 240


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_drawing_keeps_every_pixel(mode: str) -> None:
    image = drawn(mode="I").convert("I;16") if mode == "I;16" else drawn(mode=mode)
    cleaned = clean(picture("PNG", image))[1]
    assert opened(cleaned).mode == mode
    assert opened(cleaned).tobytes() == image.tobytes()
    assert clean(cleaned)[1] == cleaned


def test_a_transparent_colour_stays_transparent() -> None:
    content = picture("PNG", drawn(mode="P"), transparency=0)
    assert opened(clean(content)[1]).info["transparency"] == opened(content).info["transparency"]


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_photo_of_ours_is_not_written_a_second_time(mode: str) -> None:
    once = clean(picture(image=Image.effect_noise((77, 51), 90).convert(mode)))[1]
    assert clean(once)[1] == once


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda ours: ours + b"x", id="something behind"),
        pytest.param(lambda ours: ours[:20] + b"\xff\xfe\x00\x09payload" + ours[20:], id="a remark"),
        pytest.param(lambda ours: ours[:-2] + b"\xff\xd0" + ours[-2:], id="a mark among the pixels"),
        pytest.param(lambda ours: ours[:30] + bytes([ours[30] ^ 1]) + ours[31:], id="another table"),
    ],
)
def test_what_only_looks_like_ours_is_written_anew(change: Callable[[bytes], bytes]) -> None:
    once = clean(picture(image=Image.effect_noise((64, 64), 90).convert("RGB")))[1]
    forged = change(once)
    cleaned = clean(forged)[1]
    assert cleaned != forged
    assert b"payload" not in cleaned


def test_colours_of_another_profile_are_brought_to_the_common_one() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (lab, b"no profile at all", PROFILE):
        image = opened(clean(picture(icc_profile=profile))[1])
        assert "icc_profile" not in image.info


# --- refused ---------------------------------------------------------------------------------------------------------


def refusal(content: bytes, limits: Limits | None = None) -> tuple[str, dict[str, object]]:
    with pytest.raises(BadInput) as caught:
        clean(content, limits or Limits())
    return caught.value.code, caught.value.params


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg_of(width: int, height: int) -> bytes:
    content = picture()
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


@pytest.mark.parametrize("content", [png_of(60_000, 60_000), jpeg_of(60_000, 60_000)], ids=["PNG", "JPEG"])
def test_a_picture_of_too_many_pixels_is_refused_before_any_is_made(content: bytes) -> None:
    assert len(content) < 2_000
    assert refusal(content) == ("upload_too_many_pixels", {"megapixels": 64})


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("cut", [0.1, 0.5, 0.95])
def test_a_picture_that_breaks_off_is_refused(kind: str, cut: float) -> None:
    content = picture(kind, Image.effect_noise((300, 300), 90).convert("RGB"))
    assert refusal(content[: int(len(content) * cut)])[0] == "upload_damaged"


@pytest.mark.parametrize(
    "content",
    [b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n", png_of(10, 10), png_of(0, 5),
     b"\xff\xd8\xff" + bytes(1000)],
)  # fmt: skip
def test_what_is_a_picture_by_its_first_bytes_only_is_refused(content: bytes) -> None:
    assert refusal(content)[0] == "upload_damaged"


def test_a_text_that_grows_is_refused() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    content = picture("PNG")
    bomb = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(80_000_000), 9))
    assert refusal(content[:33] + bomb + content[33:])[0] == "upload_damaged"


def test_a_moving_picture_is_refused() -> None:
    target = io.BytesIO()
    drawn().save(target, "PNG", save_all=True, append_images=[drawn((60, 40), "L").convert("RGB")])
    assert refusal(target.getvalue())[0] == "upload_animated"


def test_a_photo_with_a_second_one_inside_is_the_first() -> None:
    target = io.BytesIO()
    drawn().save(target, "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40), "blue")])
    kind, cleaned, _ = clean(target.getvalue())
    assert kind is UploadKind.JPEG
    assert opened(cleaned).format == "JPEG"
    assert colour(opened(cleaned), (5, 5))[0] > 200


def test_a_photo_too_large_in_best_quality_is_written_smaller() -> None:
    noise = Image.effect_noise((400, 400), 90).convert("RGB")
    best, limits = len(clean(picture(image=noise, quality=95))[1]), Limits(image_size=100_000)
    assert best > 100_000
    smaller = clean(picture(image=noise, quality=60), limits)[1]
    assert len(smaller) <= 100_000
    assert clean(smaller, limits)[1] == smaller
    assert refusal(picture(image=noise, quality=95), Limits(image_size=1 << 10))[0] == "upload_picture_too_large"
    assert refusal(picture("PNG", noise), Limits(image_size=1 << 10))[0] == "upload_picture_too_large"
