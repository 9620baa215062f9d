/** What stops the start because it would do nothing: unknown properties, classes that nobody uses. What a failed start says. */
@NullMarked
package io.eventsource.autoconfigure.checks;

import org.jspecify.annotations.NullMarked;
