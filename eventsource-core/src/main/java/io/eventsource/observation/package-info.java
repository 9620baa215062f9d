/** What the library does, as observations of Micrometer: for metrics, and spans where there is a tracer. */
@NullMarked
package io.eventsource.observation;

import org.jspecify.annotations.NullMarked;
