package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Contenders;
import java.util.List;

/**
 * The outboxes that take part.
 *
 * @param contenders where each is made once
 */
record Outboxes(Contenders contenders) {

    static Outboxes of(Contenders contenders) {
        return new Outboxes(contenders);
    }

    EventsourceOutbox outbox() {
        return contenders.once("outbox", database -> EventsourceOutbox.in(database, false));
    }

    EventsourceOutbox outboxTable() {
        return contenders.once("outbox_table", database -> EventsourceOutbox.in(database, true));
    }

    ModulithOutbox modulithOutbox() {
        return contenders.once("modulith_outbox", ModulithOutbox::in);
    }

    NamastackOutbox namastackOutbox() {
        return contenders.once("namastack_outbox", NamastackOutbox::in);
    }

    /** This library's outbox and others. */
    List<OutboxContender> outboxes() {
        return List.of(outbox(), modulithOutbox(), namastackOutbox());
    }
}
