/** An application with a mistake. */
@NullMarked
package io.eventsource.autoconfigure.mistakes.misplaced;

import org.jspecify.annotations.NullMarked;
