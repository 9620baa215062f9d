/** Measures the sources of all modules, and holds them to the bounds in {@code house.properties}. */
@NullMarked
package io.eventsource.house;

import org.jspecify.annotations.NullMarked;
