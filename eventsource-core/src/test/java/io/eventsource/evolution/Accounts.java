package io.eventsource.evolution;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventRevision;
import io.eventsource.event.EventType;
import io.eventsource.event.Upcaster;
import io.eventsource.event.Upcaster.RevisedEvent;
import io.eventsource.payload.PayloadSerializer;
import java.math.BigDecimal;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/** The events of an account as four deployments after each other knew them. */
final class Accounts {

    private Accounts() {}

    @EventType(value = "opened", revision = 1)
    record Opened1(String name, String limit) {}

    @EventType(value = "opened", revision = 2)
    record Opened2(String owner, String limit) {}

    @EventType(value = "opened", revision = 3)
    record Opened3(String owner, BigDecimal limit) {}

    /** What happened, as it is known now. */
    sealed interface Event permits Opened, Greeted, Closed {}

    @EventType(value = "opened", revision = 4)
    record Opened(String owner, BigDecimal limit, String currency) implements Event {}

    /** Once a part of opening. */
    @EventType("greeted")
    record Greeted(String owner) implements Event {}

    /** Given up. */
    @EventType("pinged")
    record Pinged(int number) {}

    @EventType("shut")
    record Shut(String reason) {}

    @EventType(value = "closed", aliases = "shut")
    record Closed(String reason) implements Event {}

    /** The codec of an earlier deployment. */
    static EventCodec earlier(Class<?>... classes) {
        return new EventCodec(EventRegistry.of(classes), PayloadSerializer.json());
    }

    static EventRegistry registry() {
        return EventRegistry.of(Opened.class, Greeted.class, Closed.class);
    }

    /** The codec of today: three upcasters, a split in the middle. */
    static EventCodec today() {
        return new EventCodec(
                registry(),
                PayloadSerializer.json(),
                List.of(
                        Upcaster.from("opened", 1).renameField("name", "owner").toNextRevision(),
                        Upcaster.from("opened", 2)
                                .convertField(
                                        "limit",
                                        limit -> JsonNodeFactory.instance.numberNode(new BigDecimal(limit.asString())))
                                .splitInto(
                                        List.of(new EventRevision("opened", 3), new EventRevision("greeted", 1)),
                                        payload -> List.of(
                                                RevisedEvent.of("opened", 3, payload),
                                                RevisedEvent.of("greeted", 1, payload))),
                        Upcaster.from("opened", 3)
                                .defaultValue("currency", "EUR")
                                .toNextRevision(),
                        Upcaster.from("pinged", 1).toNothing()));
    }
}
