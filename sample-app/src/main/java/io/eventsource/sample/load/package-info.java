/** A load generator that plays customers over HTTP, from outside the service. */
@NullMarked
package io.eventsource.sample.load;

import org.jspecify.annotations.NullMarked;
