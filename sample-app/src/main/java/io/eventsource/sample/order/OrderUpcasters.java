package io.eventsource.sample.order;

import io.eventsource.event.Upcaster;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How events of earlier revisions are read. They stay in the store as they are. */
@Configuration(proxyBeanMethods = false)
class OrderUpcasters {

    /** Revision 1 called the tracking number "parcel". */
    @Bean
    Upcaster orderShippedTrackingNumber() {
        return Upcaster.from("order.shipped", 1)
                .renameField("parcel", "trackingNumber")
                .toNextRevision();
    }
}
