"""The wall (`?wall=1` on any page): the command room's screen, read from six metres.

It is drawn 1920 by 1080 points large and scaled to whatever screen there is (assets/wall.js), so that
nothing ever scrolls. All its pages are there at once, one above the other: turning shows another one
and asks nothing, so that a screen that turns for weeks does no more than one that stands still.
"""
