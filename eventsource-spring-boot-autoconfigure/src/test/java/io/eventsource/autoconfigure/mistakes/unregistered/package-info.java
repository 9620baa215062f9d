/** An application with a mistake. */
@NullMarked
package io.eventsource.autoconfigure.mistakes.unregistered;

import org.jspecify.annotations.NullMarked;
