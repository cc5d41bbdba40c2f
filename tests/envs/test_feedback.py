"""What a player reads is the game's text, without the interpreter's trimmings."""

from __future__ import annotations

from envs.feedback import observation_text

BANNER = "\n\n        ________\n       |        \\\n        \\$$$$$$$$\n          | $$  \n    \\$$ \\$$$$$$$ \n\n\n"
STATUS = "\n\n>" + " " * 128 + "-= Room A =-0/1"


def test_the_title_goes_and_the_intro_stays() -> None:
    text = "You are hungry!\n\n-= Room A =-\nA room."
    assert observation_text(BANNER + text) == text


def test_the_status_line_goes_and_the_room_title_stays() -> None:
    assert observation_text(f"-= Room A =-\nA room.{STATUS}") == "-= Room A =-\nA room."


def test_a_bare_prompt_goes() -> None:
    assert observation_text("You take the key.\n\n>") == "You take the key."


def test_runs_of_blank_lines_become_one() -> None:
    assert observation_text("one\n\n\n \n\ntwo\nthree\n\nfour") == "one\n\ntwo\nthree\n\nfour"


def test_the_lines_of_a_recipe_stay_apart() -> None:
    recipe = "Directions:\nchop the carrot\n  roast the carrot\n  prepare meal"
    assert observation_text(f"\n{recipe}\n\n\n\n{STATUS}") == recipe


def test_the_end_is_told_without_the_offer_to_restart() -> None:
    end = "                *** The End ***\n\nYou scored 7 out of a possible 7, in 30 turns.\n\n\n"
    offer = "Would you like to RESTART, RESTORE a saved game, QUIT or UNDO the last command?\n>"
    assert observation_text(end + offer) == "*** The End ***\n\nYou scored 7 out of a possible 7, in 30 turns."
