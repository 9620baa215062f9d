package io.eventsource.store;

import io.eventsource.store.AppendFailedException.Reason;
import io.eventsource.testing.TestEvents.Deposited;
import java.util.UUID;

/** Makes the failures that other packages have to deal with. */
public final class AppendFailuresOfTests {

    private AppendFailuresOfTests() {}

    public static AppendFailedException because(Reason reason, Throwable cause) {
        return new AppendFailedException(
                StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)), reason, cause);
    }
}
