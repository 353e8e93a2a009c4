"""Draws every panel, then opens the real window under Xvfb, drives one short journey, and checks what is on the screen.

Usage: window.py PROGRAM [FOLDER]; with a folder the pictures are kept there.
"""
import os, shutil, subprocess, sys, time

from PIL import ImageGrab
from Xlib import X, display
from Xlib.protocol import event

from desk import PROGRAM, WORK, check, closing, path
from pictures import BAR, FIELD, GROUND, HISTOGRAM, INSPECTOR, LIST, LOOKS, MAIN, RAIL, Picture

SIZE = "1280x800"
SCREEN = ":97"
ENV = dict(os.environ, DISPLAY=SCREEN, XDG_CONFIG_HOME=path("settings"), LIBGL_ALWAYS_SOFTWARE="1")
ENV.pop("WAYLAND_DISPLAY", None)
os.environ["DISPLAY"] = SCREEN
PANELS = ("cases", "evidence", "records", "indicators", "graph", "export", "received", "audit")


def drawn(store):
    """`--screenshot` of every panel in both themes and languages; returns the dark Japanese ones."""
    pictures = {}
    for theme, lang, size in (("dark", "ja", SIZE), ("light", "en", "1920x1080")):
        for panel in PANELS:
            file = path("%s-%s-%s.png" % (panel, theme, lang))
            done = subprocess.run([PROGRAM, "--lang", lang, "open", store, "--panel", panel, "--size", size, "--theme", theme, "--screenshot", file], env=ENV, timeout=180, capture_output=True)
            name = "%s, %s, %s, %s" % (panel, theme, lang, size)
            if not check(name + ": drawn", done.returncode == 0 and os.path.exists(file), done.stderr):
                continue
            picture = Picture.read(file)
            check(name + ": of the right size, theme and with content", "%dx%d" % picture.size == size and picture.share(GROUND[theme]) > 0.3 and picture.colours() > 100, (picture.size, picture.share(GROUND[theme]), picture.colours()))
            pictures[panel, theme] = picture
        several = [pictures.get((panel, theme)) for panel in PANELS]
        same = [(PANELS[i], PANELS[j]) for i, one in enumerate(several) for j in range(i) if one and several[j] and one.differs(several[j]) < 2000]
        check("%s, %s: no two panels look the same" % (theme, lang), not same, same)
    for panel in ("indicators", "graph"):
        counts = {look: pictures[panel, "dark"].count(colour, MAIN) for look, colour in LOOKS.items()}
        check(panel + ": marks of every class of indicator", min(counts.values()) > 20, counts)
    return {panel: pictures[panel, "dark"] for panel in PANELS}


class Window:
    """The program's window on the screen, and the hands of somebody at it."""

    def __init__(self, store):
        self.process = subprocess.Popen([PROGRAM, "--lang", "ja", "open", store, "--panel", "records", "--size", SIZE, "--theme", "dark"], env=ENV)
        self.id = ""
        for _ in range(120):
            time.sleep(0.5)
            # Only a window that can be seen can be given the keyboard.
            self.id = self.hand("search", "--onlyvisible", "--name", "Itoguchi").split("\n")[0]
            if self.id:
                break
        self.hand("windowfocus", "--sync", self.id)
        self.rest()

    def hand(self, *words):
        return subprocess.run(["xdotool", *map(str, words)], env=ENV, capture_output=True, text=True).stdout

    def key(self, *keys):
        for key in keys:
            self.hand("key", key)
            time.sleep(0.5)

    def write(self, text):
        self.hand("type", "--delay", "50", text)

    def click(self, x, y):
        self.hand("mousemove", x, y, "click", 1)

    def rest(self):
        """The pointer where nothing lights up under it."""
        self.hand("mousemove", 700, 790)

    def seen(self, name, wanted=lambda picture: True, seconds=20):
        """The screen as soon as it shows what is wanted, or as it is in the end; kept under a name."""
        for _ in range(seconds * 2):
            time.sleep(0.5)
            picture = Picture(ImageGrab.grab((0, 0, 1280, 800), xdisplay=SCREEN))
            if wanted(picture):
                break
        picture.image.save(path(name + ".png"))
        return picture

    def close(self):
        """As the button in the title bar does."""
        screen = display.Display(SCREEN)
        window = screen.create_resource_object("window", int(self.id))
        protocols, delete = screen.intern_atom("WM_PROTOCOLS"), screen.intern_atom("WM_DELETE_WINDOW")
        window.send_event(event.ClientMessage(window=window, client_type=protocols, data=(32, [delete, X.CurrentTime, 0, 0, 0])))
        screen.sync()
        return self.process.wait(timeout=60)



def journey(store, drawn_before):
    window = Window(store)
    check("a window opens", bool(window.id))
    records = drawn_before["records"]
    opened = window.seen("journey-1-opened", lambda picture: picture.differs(records) < 500, 40)
    check("it shows the records as drawn before", opened.differs(records) < 500, opened.differs(records))

    window.key("ctrl+f")
    window.write("198.51.100.23")
    window.key("Return")
    found = window.seen("journey-2-found", lambda picture: 0 < picture.count(BAR, HISTOGRAM) < opened.count(BAR, HISTOGRAM) * 0.9)
    word = found.written(FIELD, opened)
    check("a query: each row shown holds the address asked for, and before it none did", word and found.rows_with(word) == 10 and opened.rows_with(word) == 0, word and (word.size, found.rows_with(word), opened.rows_with(word)))
    check("a query: the bars over time are fewer", 0 < found.count(BAR, HISTOGRAM) < opened.count(BAR, HISTOGRAM) * 0.9)
    check("a query: the rail stays", found.differs(opened, RAIL) == 0)

    window.click(500, 296)
    picked = window.seen("journey-3-picked", lambda picture: picture.band(LIST))
    check("a click: one row is marked", picked.band(LIST) and not found.band(LIST), picked.band(LIST))
    check("a click: its detail appears, with the mark of the address", picked.differs(found, INSPECTOR) > 3000 and picked.count(LOOKS["network"], INSPECTOR) > 20, picked.count(LOOKS["network"], INSPECTOR))
    window.key("j")
    below = window.seen("journey-4-below", lambda picture: picture.band(LIST) != picked.band(LIST))
    check("a key: the row below is marked", below.band(LIST) and picked.band(LIST) and below.band(LIST)[0] == picked.band(LIST)[1], (picked.band(LIST), below.band(LIST)))
    check("a key: its detail appears", below.differs(picked, INSPECTOR) > 100)

    window.key("ctrl+k")
    window.write("graph")
    window.key("Return")
    graph = window.seen("journey-5-graph", lambda picture: all(picture.count(colour, MAIN) > 20 for colour in LOOKS.values()))
    counts = {look: graph.count(colour, MAIN) for look, colour in LOOKS.items()}
    check("the palette: the graph, with marks of every class", min(counts.values()) > 20, counts)
    check("the palette: the rail shows where one is", graph.band(RAIL) and graph.band(RAIL) == drawn_before["graph"].band(RAIL) != opened.band(RAIL), graph.band(RAIL))

    window.click(66, 164)
    window.rest()
    listed = window.seen("journey-6-indicators", lambda picture: picture.differs(drawn_before["indicators"], MAIN) < 500)
    check("the rail: the indicators as drawn before", listed.differs(drawn_before["indicators"], MAIN) < 500, listed.differs(drawn_before["indicators"], MAIN))

    check("it closes when asked", window.close() == 0)
    check("and leaves one plain file", not any(os.path.exists(store + end) for end in ("-wal", "-shm", "-journal")))
    done = subprocess.run([PROGRAM, "check", store], env=ENV, capture_output=True)
    check("which is sound", done.returncode == 0 and not done.stderr, done.stderr)


def main():
    server = subprocess.Popen(["Xvfb", SCREEN, "-screen", "0", "1920x1080x24"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(2)
        subprocess.run([PROGRAM, "demo", "--dir", path("training"), "--no-window"], check=True, stdout=subprocess.DEVNULL, env=ENV)
        store = path("training", "prefecture-11.itoguchi")
        journey(store, drawn(store))
    finally:
        server.terminate()
        if len(sys.argv) > 2:
            os.makedirs(sys.argv[2], exist_ok=True)
            for file in os.listdir(WORK):
                if file.endswith(".png"):
                    shutil.copy(path(file), sys.argv[2])
        shutil.rmtree(WORK, ignore_errors=True)
    return closing()


sys.exit(main())
