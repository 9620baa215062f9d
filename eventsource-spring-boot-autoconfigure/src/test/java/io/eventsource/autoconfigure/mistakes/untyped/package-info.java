/** An application with a mistake. */
@NullMarked
package io.eventsource.autoconfigure.mistakes.untyped;

import org.jspecify.annotations.NullMarked;
