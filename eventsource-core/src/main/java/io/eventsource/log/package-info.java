/** The log that all streams make together: its high-water mark, what holds it, and reading pages below it. */
@NullMarked
package io.eventsource.log;

import org.jspecify.annotations.NullMarked;
