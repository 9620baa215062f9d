package io.eventsource.payload;

/**
 * That values of a class may stand where a class is declared.
 *
 * @param declared the class of a component, or of what a container holds
 * @param actual the class of the value: the same, or one that is read back in its place
 */
record Allowed(Class<?> declared, Class<?> actual) {}
