"""Opens the real window under Xvfb on the training store, drives one short journey, and checks what is on the screen.

Usage: window.py PROGRAM.
"""
import os, shutil, subprocess, sys, tempfile, time
from PIL import Image

PROGRAM = os.path.abspath(sys.argv[1])
WORK = tempfile.mkdtemp(prefix="itoguchi-window-")
passed = failed = 0


def check(name, ok, detail=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    print(("ok    " if ok else "FAILED"), name, detail if not ok else "", flush=True)


def colours(path):
    image = Image.open(path).convert("RGB")
    return image, len(image.getcolors(1 << 24) or [])


display = ":97"
server = subprocess.Popen(["Xvfb", display, "-screen", "0", "1920x1080x24"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
env = dict(os.environ, DISPLAY=display, XDG_CONFIG_HOME=os.path.join(WORK, "config"), LIBGL_ALWAYS_SOFTWARE="1")
env.pop("WAYLAND_DISPLAY", None)
try:
    time.sleep(2)
    training = os.path.join(WORK, "training")
    subprocess.run([PROGRAM, "demo", "--dir", training, "--no-window"], check=True, stdout=subprocess.DEVNULL, env=env)
    store = os.path.join(training, "prefecture-11.itoguchi")
    for panel in ("cases", "evidence", "records", "indicators", "graph", "export", "received", "audit"):
        shot = os.path.join(WORK, panel + ".png")
        done = subprocess.run([PROGRAM, "--lang", "ja", "open", store, "--panel", panel, "--size", "1280x800", "--theme", "light", "--screenshot", shot], env=env, timeout=180, capture_output=True)
        ok = done.returncode == 0 and os.path.exists(shot)
        if ok:
            image, count = colours(shot)
            ok = image.size == (1280, 800) and count > 40
        check("the %s panel is drawn" % panel, ok, done.stderr.decode(errors="replace")[:300])
    window = subprocess.Popen([PROGRAM, "open", store, "--panel", "records", "--size", "1280x800", "--theme", "dark"], env=env)
    found = ""
    for _ in range(60):
        time.sleep(0.5)
        found = subprocess.run(["xdotool", "search", "--name", "Itoguchi"], env=env, capture_output=True, text=True).stdout.split("\n")[0]
        if found:
            break
    check("a window opens", bool(found))
    time.sleep(4)
    before = subprocess.run(["xdotool", "getwindowgeometry", found], env=env, capture_output=True, text=True).stdout
    check("it has a size", "Geometry" in before, before)
    for keys in (["mousemove", "400", "121", "click", "1"], ["type", "--delay", "40", "198.51.100.23"], ["key", "Return"], ["mousemove", "400", "300", "click", "1"], ["key", "j"]):
        subprocess.run(["xdotool", *keys], env=env)
        time.sleep(1)
    check("it lives after a short journey", window.poll() is None)
    window.terminate()
    window.wait(timeout=30)
finally:
    server.terminate()
    shutil.rmtree(WORK, ignore_errors=True)
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
