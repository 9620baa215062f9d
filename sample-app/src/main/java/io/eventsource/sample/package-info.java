/** The order application: what an event-sourced Spring application looks like. */
@NullMarked
package io.eventsource.sample;

import org.jspecify.annotations.NullMarked;
