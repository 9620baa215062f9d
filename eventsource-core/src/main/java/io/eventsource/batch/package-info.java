/** The transaction of a batch, and what is thrown when a handler does not run inside it. */
@NullMarked
package io.eventsource.batch;

import org.jspecify.annotations.NullMarked;
