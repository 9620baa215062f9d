/** What judges how well the library is, for Actuator. */
@NullMarked
package io.eventsource.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
