/** What counts and measures, for Micrometer. */
@NullMarked
package io.eventsource.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
