/** Which stored events the application can read. */
@NullMarked
package io.eventsource.autoconfigure.evolution;

import org.jspecify.annotations.NullMarked;
