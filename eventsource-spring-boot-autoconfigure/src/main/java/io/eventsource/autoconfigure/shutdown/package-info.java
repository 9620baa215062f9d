/** How the process ends. */
@NullMarked
package io.eventsource.autoconfigure.shutdown;

import org.jspecify.annotations.NullMarked;
