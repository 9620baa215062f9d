-- What the projections keep. Everything here can be rebuilt from the events.

CREATE TABLE order_summaries (
    order_id    uuid           PRIMARY KEY,
    customer_id text           NOT NULL,
    status      text           NOT NULL CONSTRAINT order_summaries_status CHECK (status IN ('OPEN', 'SHIPPED', 'CANCELLED')),
    line_count  integer        NOT NULL,
    total       numeric(20, 2) NOT NULL,
    version     bigint         NOT NULL,
    created_at  timestamptz    NOT NULL,
    updated_at  timestamptz    NOT NULL
);

CREATE INDEX order_summaries_newest ON order_summaries (created_at DESC, order_id);
CREATE INDEX order_summaries_newest_of_customer ON order_summaries (customer_id, created_at DESC, order_id);

CREATE TABLE customer_totals (
    customer_id      text           PRIMARY KEY,
    orders           bigint         NOT NULL DEFAULT 0,
    shipped_orders   bigint         NOT NULL DEFAULT 0,
    cancelled_orders bigint         NOT NULL DEFAULT 0,
    shipped_total    numeric(20, 2) NOT NULL DEFAULT 0
);

-- whose order it is and what it is worth: the events that close an order do not say so
CREATE TABLE customer_orders (
    order_id    uuid           PRIMARY KEY,
    customer_id text           NOT NULL REFERENCES customer_totals,
    total       numeric(20, 2) NOT NULL
);
