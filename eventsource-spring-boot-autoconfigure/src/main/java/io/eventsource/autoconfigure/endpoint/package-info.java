/** The endpoint {@code eventsource} of Actuator. */
@NullMarked
package io.eventsource.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;
