"""Fills in a form inside of LibreOffice.

Run by the Python that has LibreOffice's ``uno``; the job is on standard input.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue  # made by uno


def prop(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def connected(context, pipe):
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(240):
        with contextlib.suppress(Exception):
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        time.sleep(0.5)
    raise SystemExit("LibreOffice does not answer")


def control_at(mark):
    """The content control at a bookmark, by the portions of its paragraph."""
    paragraphs = mark.Anchor.Text.createEnumeration()
    while paragraphs.hasMoreElements():
        paragraph = paragraphs.nextElement()
        if not paragraph.supportsService("com.sun.star.text.Paragraph"):
            continue
        found, portions = None, paragraph.createEnumeration()
        while portions.hasMoreElements():
            portion = portions.nextElement()
            if portion.TextPortionType == "ContentControl":
                found = portion.ContentControl
                inside = found.createEnumeration()
                while inside.hasMoreElements():
                    part = inside.nextElement()
                    if part.TextPortionType == "Bookmark" and part.Bookmark.Name == mark.Name:
                        return found
            if portion.TextPortionType == "Bookmark" and portion.Bookmark.Name == mark.Name and portion.IsStart:
                following = portions.nextElement()
                if following.TextPortionType == "ContentControl":
                    return following.ContentControl
    raise SystemExit(f"no control at {mark.Name}")


def fill(document, job):
    for name, text in job["texts"].items():
        control = control_at(document.Bookmarks.getByName(name))
        writer = control.createTextCursor()
        writer.gotoStart(False)
        writer.gotoEnd(True)
        writer.setString(text)
        control.ShowingPlaceHolder = False
    for name in job["ticks"]:
        control_at(document.Bookmarks.getByName(name)).Checked = True


def main():
    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as scratch:
        profile = f"-env:UserInstallation={(Path(scratch) / 'profile').as_uri()}"
        pipe = f"sopbook{Path(scratch).name}"
        office = subprocess.Popen(
            [job["office"], profile, "--headless", "--norestore", f"--accept=pipe,name={pipe};urp;"],
            stderr=subprocess.DEVNULL,
        )
        remote = connected(uno.getComponentContext(), pipe)
        desktop = remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        document = desktop.loadComponentFromURL(Path(job["from"]).as_uri(), "_blank", 0, (prop("Hidden", True),))
        fill(document, job)
        document.storeToURL(Path(job["to"]).as_uri(), (prop("FilterName", "MS Word 2007 XML"),))
        document.close(True)
        with contextlib.suppress(Exception):
            desktop.terminate()
        office.wait(60)


main()
