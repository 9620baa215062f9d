package io.eventsource.house;

/** @param where what has this value, or what belongs to it */
record Measure(String name, int value, String where) {}
