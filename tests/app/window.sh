#!/usr/bin/env bash
# A real window on a virtual display: opens, steps, resizes, sleeps, closes. TAP.
# usage: window.sh PROGRAM SOURCE_FOLDER
set -u
program=$1
lesson=$2/lessons/04-output-weights.md
work=$(mktemp -d)
server=
window_process=

clean_up() {
    for process in $window_process $server; do kill "$process" 2>/dev/null; done
    rm -rf "$work"
}
trap clean_up EXIT

count=0
check() { # check NAME COMMAND...
    local name=$1
    shift
    count=$((count + 1))
    if "$@"; then echo "ok $count - $name"; else echo "not ok $count - $name"; fi
}

# X libraries and SDL keep memory until the end; what is ours is checked by the other tests.
export ASAN_OPTIONS=detect_leaks=0

no_display_says_what_to_do() {
    timeout 20 env -u DISPLAY -u WAYLAND_DISPLAY "$program" "$lesson" 2>"$work/message"
    [ $? -eq 3 ] && grep -q 'chalkgrad show' "$work/message" &&
        grep -q 'chalkgrad derive' "$work/message"
}
check 'without a display: status 3, and what to do' no_display_says_what_to_do

Xvfb -displayfd 3 -screen 0 1600x1000x24 3>"$work/display" >/dev/null 2>&1 &
server=$!
for _ in $(seq 100); do
    [ -s "$work/display" ] && break
    sleep 0.1
done
DISPLAY=:$(cat "$work/display")
export DISPLAY CHALKGRAD_TRACE=1 CHALKGRAD_RENDERER=software
unset WAYLAND_DISPLAY
xdotool mousemove 5 5 # outside of the window: no pointer over the board
sleep 0.5 # the server begins anew when its last client has gone

open_window() { # open_window ARGS...: sets $window
    "$program" "$lesson" "$@" 2>"$work/trace" &
    window_process=$!
    window=
    for _ in $(seq 100); do
        window=$(xdotool search --onlyvisible --name 'weights of the output layer' 2>/dev/null | head -1)
        [ -n "$window" ] && grep -q 'first picture' "$work/trace" && return 0
        sleep 0.1
    done
    return 1
}

closes() {
    xdotool key --window "$window" ctrl+q 2>/dev/null # the window may go before the key is up
    for _ in $(seq 100); do
        kill -0 "$window_process" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 "$window_process" 2>/dev/null # it did not: the status then says so
    wait "$window_process"
    local status=$?
    window_process=
    [ $status -eq 0 ] || { echo "status $status" && cat "$work/trace"; } >&2
    [ $status -eq 0 ]
}

cpu_ticks() { awk '{print $14 + $15}' "/proc/$window_process/stat"; }

# Comes to rest within half a minute, however busy the machine is, and then uses no processor time.
sleeps() {
    local before after
    for _ in $(seq 20); do
        before=$(cpu_ticks)
        sleep 1.5
        after=$(cpu_ticks)
        [ "$after" -eq "$before" ] && return 0
    done
    return 1
}

first_picture_is_quick() { # with sanitizers, on a busy machine: ten times the promise
    awk '/first picture/ {found = 1; if ($4 > 1000) exit 1} END {exit !found}' "$work/trace"
}

same_scene_as_replay() { # same_scene_as_replay SCENE EVENTS...
    local scene=$1
    shift
    printf '%s\n' "$@" settle >"$work/events"
    "$program" "$lesson" --size 1280x720 --replay "$work/events" --scene "$work/replayed.txt" &&
        diff "$work/replayed.txt" "$scene" >&2
}

check 'a window opens' open_window --size 1280x720 --scene "$work/scene.txt"
check 'the first picture comes quickly' first_picture_is_quick
xdotool key --window "$window" Right Right Right Left
sleep 0.5
check 'at rest it uses no processor time' sleeps
check 'it closes' closes
check 'keys step as in a replay' same_scene_as_replay "$work/scene.txt" \
    'key Right' settle 'key Right' settle 'key Right' settle 'key Left'

sleep 0.5
check 'it opens again' open_window --size 1280x720 --step 4 --theme light --scene "$work/scene.txt"
timeout 10 xdotool windowsize --sync "$window" 1024 640
sleep 0.3
sleeps
check 'it closes after a resize' closes
check 'the board follows the size of the window' grep -q '^scene 1024.0 640.0 #fbf7ef' "$work/scene.txt"

echo "1..$count"
