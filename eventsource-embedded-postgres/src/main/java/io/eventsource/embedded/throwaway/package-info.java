/**
 * Databases of tests: one temporary server for each test JVM, and a database of its own for each application context, or for
 * each test that asks for one.
 */
@NullMarked
package io.eventsource.embedded.throwaway;

import org.jspecify.annotations.NullMarked;
