/** An application with a mistake. */
@NullMarked
package io.eventsource.autoconfigure.mistakes.nameless;

import org.jspecify.annotations.NullMarked;
