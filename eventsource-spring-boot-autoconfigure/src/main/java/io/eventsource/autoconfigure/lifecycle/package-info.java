/** What the parts of the library share to be started, repeated and stopped. */
@NullMarked
package io.eventsource.autoconfigure.lifecycle;

import org.jspecify.annotations.NullMarked;
