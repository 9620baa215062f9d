/** A slice of the application for tests of what is event sourced: without web, endpoints and brokers. */
@NullMarked
package io.eventsource.test.slice;

import org.jspecify.annotations.NullMarked;
