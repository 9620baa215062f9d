/** Makes projections fail on demand, to watch what becomes of events that cannot be handled. */
@NullMarked
package io.eventsource.sample.failure;

import org.jspecify.annotations.NullMarked;
