"""Make the pictures anew."""

from tests.pictures import FOLDER, PICTURES, picture

for name in PICTURES:
    (FOLDER / f"{name}.svg").write_text(picture(name), encoding="utf-8")
    print(f"{name}.svg")
