/** An application with a mistake. */
@NullMarked
package io.eventsource.autoconfigure.invalid.constructor;

import org.jspecify.annotations.NullMarked;
