"""config.toml: what it says, what is wrong with it, and how it is changed."""

import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalalink.config import loader
from koalalink.config.api_keys import find_key
from koalalink.config.editor import ConfigFile
from koalalink.domain.settings.configuration import Config, KeySource, Location
from koalalink.domain.stripe.api_base import checked_api_base
from koalalink.errors import ConfigError, UsageError
from koalalink.operations.resolve_location import the_location, the_locations

KEY = "rk_test_0123456789abcdefghij"
GOOD = f"""# our shop
default_location = "downtown"

[store]
path = "here/customers.db"

[locations.downtown] # the first
name = "Downtown"
api_key = "{KEY}"

[locations.uptown]
api_key_env = "STRIPE_KEY_UPTOWN"
api_base = "http://127.0.0.1:12111"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration."""
    path = tmp_path / "shop" / "config.toml"
    path.parent.mkdir()
    path.write_text(GOOD)
    path.chmod(0o600)
    return path


def load(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Load a configuration that must be there."""
    return loader.load(path, path.parent, environ or {}, must_exist=True)


def test_load_reads_every_setting(file: Path) -> None:
    """Relative paths are relative to the file."""
    loaded = load(file)
    assert loaded.store_path == file.parent / "here" / "customers.db"
    assert loaded.default_location == "downtown"
    assert [(place.name, place.title, place.api_base) for place in loaded.locations.values()] == [
        ("downtown", "Downtown", "https://api.stripe.com"),
        ("uptown", "uptown", "http://127.0.0.1:12111"),
    ]
    assert loaded.warnings == ()


def test_load_never_shows_the_key(file: Path) -> None:
    """Not in the value that is made of the file."""
    assert KEY not in repr(load(file))


def test_load_warns_of_a_key_that_others_can_read(file: Path) -> None:
    """Only where a key stands in the file."""
    file.chmod(0o644)
    [warning] = load(file).warnings
    assert f"chmod 600 {file}" in warning
    file.write_text(GOOD.replace(f'api_key = "{KEY}"', 'api_key_env = "X"'))
    assert load(file).warnings == ()


def test_load_without_a_file_takes_the_key_of_the_environment(tmp_path: Path) -> None:
    """One location, called default; without that variable, none."""
    path = tmp_path / "config.toml"
    loaded = loader.load(path, tmp_path, {"STRIPE_API_KEY": KEY}, must_exist=False)
    assert the_location(loaded, None) == "default"
    assert find_key(loaded.locations["default"], {"STRIPE_API_KEY": KEY}).reveal() == KEY
    assert loader.load(path, tmp_path, {}, must_exist=False).locations == {}
    with pytest.raises(ConfigError, match="There is no file"):
        load(path)


def test_load_takes_another_address_for_all_locations(file: Path) -> None:
    """KOALALINK_API_BASE stands above the file."""
    loaded = load(file, {"KOALALINK_API_BASE": "http://127.0.0.1:9"})
    assert {place.api_base for place in loaded.locations.values()} == {"http://127.0.0.1:9"}


def test_load_names_the_metadata_of_all_locations_or_of_one(file: Path) -> None:
    """What a location says itself stands above what is said for all."""
    file.write_text(
        "metadata_key = 'ours'\n[locations.a]\napi_key_env = 'A'\n"
        "[locations.b]\napi_key_env = 'B'\nmetadata_key = 'theirs'\n"
    )
    assert {name: place.metadata_key for name, place in load(file, {}).locations.items()} == {
        "a": "ours",
        "b": "theirs",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[store]\npath = x", "not valid TOML, at line 2, column 8"),
        ("x = 1", "x is not a setting"),
        ("metadata_key = 5", "metadata_key must be text"),
        (
            "[locations.a]\napi_kee = 'x'",
            "locations.a.api_kee is not a setting; the settings are name, api_base, metadata_key",
        ),
        ("[locations.a]\nname = 'x'", "needs one of api_key_env, api_key, api_key_command, and has none of them"),
        ("[locations.a]\napi_key = 'x'\napi_key_env = 'y'", "and has api_key_env and api_key"),
        ("[locations.a]\napi_key = 5", "locations.a.api_key must be text"),
        ("[locations.a]\napi_key_command = 'op read'", "must be a list of words"),
        ("[locations.a]\napi_key_command = []", "must be a list of words"),
        ("[locations.'Main Street']\napi_key = 'x'", "cannot be the name of a location"),
        ("default_location = 'b'", "there is no section \\[locations.b\\]"),
        ("locations = 5", "must be a section"),
        ("[store]\npath = 5", "store.path must be text"),
    ],
)
def test_load_of_a_wrong_file_says_what_is_wrong(file: Path, text: str, said: str) -> None:
    """The setting by its name, and never its value."""
    file.write_text(text)
    with pytest.raises(ConfigError, match=said) as error:
        load(file)
    assert error.value.hint


@given(st.binary(max_size=200))
def test_load_of_any_bytes_is_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """A file is a configuration or it is told why not."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    try:
        load(path)
    except ConfigError as error:
        assert error.hint


def test_load_of_a_folder_is_a_sentence(tmp_path: Path) -> None:
    """It cannot be read."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def place(*command: str) -> Location:
    """A location whose key is printed by a command."""
    return Location(name="downtown", title="Downtown", key_source=KeySource("api_key_command", command))


def test_find_key_takes_what_a_command_prints() -> None:
    """Without the line's end."""
    assert find_key(place("echo", KEY), {}).reveal() == KEY


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("false",), "which failed"),
        (("no-such-command-anywhere",), "No such file"),
        (("true",), "is empty"),
        (("printf", r"\377\376"), "does not look like"),
    ],
)
def test_find_key_of_a_command_that_fails_is_told(command: tuple[str, ...], said: str) -> None:
    """With the command's name, and what to try."""
    with pytest.raises(ConfigError, match=said) as error:
        find_key(place(*command), {})
    assert "downtown" in error.value.message


def test_find_key_does_not_wait_for_ever() -> None:
    """Nor for what the command has started, which keeps the pipe open."""
    started = time.monotonic()
    with pytest.raises(ConfigError, match="did not finish within"):
        find_key(place("sh", "-c", "sleep 30 & wait"), {}, wait=0.1)
    assert time.monotonic() - started < 10


def test_find_key_of_a_variable_that_is_not_set_is_told(file: Path) -> None:
    """With its name and what to type."""
    with pytest.raises(ConfigError, match="STRIPE_KEY_UPTOWN, which is not set") as error:
        find_key(load(file).locations["uptown"], {})
    assert error.value.hint == "Type: export STRIPE_KEY_UPTOWN=rk_live_…"


def test_add_location_leaves_every_line(file: Path) -> None:
    """Comments included; the file belongs to its owner alone."""
    file.chmod(0o644)
    ConfigFile(file).add("airport", {"name": "Airport", "api_key_env": "K"})
    assert file.read_text().startswith(GOOD.rstrip())
    assert list(load(file).locations) == ["downtown", "uptown", "airport"]
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="already is a location “airport”"):
        ConfigFile(file).add("airport", {"api_key_env": "K"})
    with pytest.raises(UsageError, match="cannot be the name of a location"):
        ConfigFile(file).add("../x", {"api_key_env": "K"})


def test_add_location_keeps_odd_texts(file: Path) -> None:
    """What is written is what is read."""
    title = 'A "quoted" \\ [title]\n= here'
    ConfigFile(file).add("odd", {"name": title, "api_key_command": ["op", "a b"]})
    odd = load(file).locations["odd"]
    assert (odd.title, odd.key_source) == (title, KeySource("api_key_command", ("op", "a b")))


def test_remove_location_takes_out_its_section_alone(file: Path) -> None:
    """A default that names it goes with it; comments elsewhere stay."""
    ConfigFile(file).remove("downtown")
    text = file.read_text()
    assert "# our shop" in text
    assert KEY not in text
    loaded = load(file)
    assert (list(loaded.locations), loaded.default_location) == (["uptown"], None)
    assert file.stat().st_mode & 0o777 == 0o600


def test_remove_location_written_in_another_style(file: Path) -> None:
    """Then the file is written anew, with the same meaning."""
    file.write_text('locations = {a = {api_key_env = "A"}, b = {api_key_env = "B"}}\n')
    ConfigFile(file).remove("a")
    assert list(load(file).locations) == ["b"]


def test_save_is_private_under_any_umask(tmp_path: Path) -> None:
    """From the first moment on."""
    old = os.umask(0)
    try:
        ConfigFile(tmp_path / "new" / "config.toml").create("a", {"api_key": KEY})
    finally:
        os.umask(old)
    assert (tmp_path / "new" / "config.toml").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["config.toml"]
    assert load(tmp_path / "new" / "config.toml").locations["a"].key_source.kind == "api_key"


@pytest.mark.parametrize(
    "address",
    [
        "https://api.stripe.com",
        "https://stripe.test:8443/",
        "http://127.0.0.1:1",
        "http://localhost:9",
        "http://[::1]:5",
    ],
)
def test_api_base_that_is_safe_is_taken(address: str) -> None:
    """Encrypted, or on this computer."""
    assert checked_api_base(address, origin="It") == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://api.stripe.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "https://user:secret@example.com",
        "https://",
        "https://example.com/?x=1",
        "//example.com",
        "http://127.0.0.1:99999",
        "http://127.0.0.1@example.com",
        "nonsense",
    ],
)
def test_api_base_that_would_give_the_key_away_is_refused(address: str) -> None:
    """Before a key is sent; and the address, which may hold a password, is not repeated."""
    with pytest.raises(ConfigError, match="not an address that a key can be sent to") as error:
        checked_api_base(address, origin="It")
    assert "secret" not in f"{error.value.message}{error.value.hint}"


def test_config_chooses_the_location_that_is_meant(file: Path) -> None:
    """The one that is named, else the default, else the only one."""
    loaded = load(file)
    assert the_location(loaded, None) == "downtown"
    assert the_location(loaded, "uptown") == "uptown"
    assert the_locations(loaded, None) == ["downtown", "uptown"]
    with pytest.raises(UsageError, match="no location “x”"):
        the_locations(loaded, ["uptown", "x"])


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o664])
def test_configuration_that_others_can_change_is_refused(file: Path, mode: int) -> None:
    """Before anything that it says is run."""
    text = file.read_text().replace(f'api_key = "{KEY}"', 'api_key_command = ["touch", "run"]')
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(ConfigError, match="can be changed by other people") as refused:
        load(file)
    assert "chmod 600" in str(refused.value.hint)
    file.chmod(0o644)
    load(file)


@pytest.mark.parametrize("text", [GOOD, GOOD.replace("[locations.downtown]", '[locations."downtown"]')])
def test_location_gets_another_name_and_nothing_else_changes(file: Path, text: str) -> None:
    """Comments stay, and the default follows."""
    file.write_text(text)
    file.chmod(0o600)
    with ConfigFile(file).renaming("downtown", "main-street"):
        assert file.read_text() == text
    expected = text.replace('"downtown"', '"main-street"', 1).replace("locations.downtown", "locations.main-street")
    expected = expected.replace('locations."downtown"', "locations.main-street")
    assert file.read_text() == expected
    renamed = load(file)
    assert (renamed.default_location, [*renamed.locations]) == ("main-street", ["main-street", "uptown"])
    assert renamed.locations["main-street"].title == "Downtown"


def test_location_of_a_file_in_another_style_gets_another_name(file: Path) -> None:
    """It is written anew then; and only where all went well within it."""
    sections = f'{{ a = {{ api_key = "{KEY}" }}, b = {{ api_key_env = "B" }} }}'
    file.write_text(f'default_location = "a"\nlocations = {sections}\n')
    with ConfigFile(file).renaming("a", "c"):
        pass
    assert (load(file).default_location, [*load(file).locations]) == ("c", ["c", "b"])
    with pytest.raises(UsageError, match="cannot be the name of a location"):
        ConfigFile(file).renaming("c", "Not A Name").__enter__()
    with pytest.raises(ZeroDivisionError), ConfigFile(file).renaming("c", "d"):
        raise ZeroDivisionError
    assert [*load(file).locations] == ["c", "b"]


def test_command_that_prints_without_end_is_stopped() -> None:
    """Long before its time is over."""
    location = Location(name="a", title="A", key_source=KeySource("api_key_command", ("sh", "-c", "yes key")))
    with pytest.raises(ConfigError, match="printed more than a key"):
        find_key(location, {})


def test_configuration_without_end_is_refused(tmp_path: Path) -> None:
    """A pipe may be a configuration, as a shell's <(…) is, but not for ever."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with suppress(OSError), pipe.open("wb") as stream:
            while True:
                stream.write(b"# more\n" * 1000)

    writer = threading.Thread(target=write)
    writer.start()
    with pytest.raises(ConfigError, match="is too large for a configuration"):
        load(pipe)
    writer.join()
