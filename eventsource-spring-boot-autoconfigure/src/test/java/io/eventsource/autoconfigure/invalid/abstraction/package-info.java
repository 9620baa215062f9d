/** An application with a mistake. */
@NullMarked
package io.eventsource.autoconfigure.invalid.abstraction;

import org.jspecify.annotations.NullMarked;
