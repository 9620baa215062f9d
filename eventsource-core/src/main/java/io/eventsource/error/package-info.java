/** What becomes of errors while events are handled: how they are classified, who hears of them, and what is done next. */
@NullMarked
package io.eventsource.error;

import org.jspecify.annotations.NullMarked;
