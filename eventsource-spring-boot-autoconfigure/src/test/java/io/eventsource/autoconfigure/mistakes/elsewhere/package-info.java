/** An application with a mistake. */
@NullMarked
package io.eventsource.autoconfigure.mistakes.elsewhere;

import org.jspecify.annotations.NullMarked;
