"""What is on a picture of the window: colours of the design, bands that mark a row, words by their picture."""
from PIL import Image, ImageChops

GROUND = {"dark": (0x1D, 0x20, 0x26), "light": (0xFF, 0xFF, 0xFF)}
BAR = (0x4B, 0x8C, 0xAF)
SELECTED = (0x1F, 0x3A, 0x52)
LOOKS = {"network": (0x00, 0x72, 0xB2), "file": (0xD5, 0x5E, 0x00), "account": (0x00, 0x9E, 0x73), "crypto": (0xE6, 0x9F, 0x00), "person": (0xCC, 0x79, 0xA7)}

# Parts of the window at 1280x800: left, top, right, bottom.
RAIL = (0, 38, 142, 774)
MAIN = (142, 66, 966, 774)
INSPECTOR = (977, 38, 1280, 774)
FIELD = (142, 110, 760, 132)
HISTOGRAM = (142, 138, 966, 200)
LIST = (142, 240, 966, 774)


class Picture:
    def __init__(self, image):
        self.image = image.convert("RGB")
        self.size = self.image.size

    @classmethod
    def read(cls, file):
        return cls(Image.open(file))

    def colours(self):
        return len(self.image.getcolors(1 << 24))

    def count(self, colour, part=None):
        """Points of about a colour; bars and marks are blended with what they lie on."""
        image = self.image.crop(part) if part else self.image
        return sum(n for n, found in image.getcolors(1 << 24) if max(abs(a - b) for a, b in zip(found, colour)) <= 24)

    def share(self, colour):
        return self.count(colour) / (self.size[0] * self.size[1])

    def differs(self, other, part=None):
        """Points that differ visibly; the clock in the status bar aside."""
        if self.size != other.size:
            return self.size[0] * self.size[1]
        part = part or (0, 0, self.size[0], self.size[1] - 26)
        difference = ImageChops.difference(self.image.crop(part), other.image.crop(part)).convert("L")
        return sum(difference.histogram()[24:])

    def band(self, part):
        """From where to where, top to bottom, a part has the colour of what is selected; nothing if nowhere."""
        image = self.image.crop(part)
        lines = [y for y in range(image.height) if sum(max(abs(a - b) for a, b in zip(image.getpixel((x, y)), SELECTED)) <= 12 for x in range(0, image.width, 4)) > image.width / 8]
        return (part[1] + lines[0], part[1] + lines[-1] + 1) if lines else None

    def ink(self, part):
        """The writing in a part: bright on dark."""
        return self.image.crop(part).convert("L").point(lambda value: 255 if value > 128 else 0)

    def written(self, part, before):
        """The picture of what was written into a field since, cut to its edges; nothing if it is as before."""
        changed = ImageChops.difference(self.ink(part), before.ink(part)).getbbox()
        if not changed:
            return None
        ink = self.ink((part[0] + changed[0], *part[1:]))
        return ink.crop(ink.getbbox())

    def rows_with(self, word, rows=10, top=242, step=22):
        """How many of the first rows of the list hold a word, found by its picture."""
        return sum(self.holds(word, (LIST[0], top + n * step, LIST[2], top + (n + 1) * step)) for n in range(rows))

    def holds(self, word, part):
        strip, few = self.ink(part), word.histogram()[255] // 10
        places = ((x, y) for y in range(strip.height - word.height + 1) for x in range(strip.width - word.width + 1))
        return any(ImageChops.difference(word, strip.crop((x, y, x + word.width, y + word.height))).histogram()[255] <= few for x, y in places)
