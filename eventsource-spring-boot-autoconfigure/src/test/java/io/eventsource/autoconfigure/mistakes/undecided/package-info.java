/** An application with a mistake. */
@NullMarked
package io.eventsource.autoconfigure.mistakes.undecided;

import org.jspecify.annotations.NullMarked;
