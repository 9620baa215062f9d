/** Applications that handle one type of events and have nothing else. */
@NullMarked
package io.eventsource.benchmarks.handling;

import org.jspecify.annotations.NullMarked;
