/** How events leave the application. */
@NullMarked
package io.eventsource.autoconfigure.outbox;

import org.jspecify.annotations.NullMarked;
