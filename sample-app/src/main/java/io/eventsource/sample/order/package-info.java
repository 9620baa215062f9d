/** Orders: the aggregate, its events, and the commands over HTTP. */
@NullMarked
package io.eventsource.sample.order;

import org.jspecify.annotations.NullMarked;
