//! The link graph: what is shown of it, how it is laid out, what is selected. Drawing is in [`paint`], moving about in
//! [`camera`]; places come from the desk and keep coming until they lie calm.

mod camera;
mod labels;
mod mesh;
mod moves;
mod paint;
mod sight;

use super::Panel;
use crate::app::keys::UiCommand;
use crate::app::style;
use crate::app::view::{Act, Outbox, PickFor, Selection, View};
use crate::app::widgets::bits::{self, Weight};
use crate::app::widgets::icon::Icon;
use crate::app::words;
use crate::model::{Lang, Text};
use crate::workbench::ask::{Command, GraphData, GraphSpec, Layout, NodeKind, RecordView, WhyOf};
use camera::Camera;
use egui::{Rect, Sense, Ui, WidgetInfo, vec2};
use std::path::PathBuf;

/// The panel.
pub struct Graph {
    spec: GraphSpec,
    camera: Camera,
    moves: moves::Moves,
    chosen: Option<WhyOf>,
    menu_on: Option<WhyOf>,
    sight: sight::Sight,
    layers: paint::Layers,
}

impl Default for Graph {
    fn default() -> Self {
        Self {
            spec: GraphSpec { hops: 2, ..GraphSpec::default() },
            camera: Camera::default(),
            moves: moves::Moves::default(),
            chosen: None,
            menu_on: None,
            sight: sight::Sight::default(),
            layers: paint::Layers::default(),
        }
    }
}

impl Panel for Graph {
    fn id(&self) -> &'static str {
        "graph"
    }

    fn title(&self) -> Text {
        Text::new("相関図", "Graph")
    }

    fn icon(&self) -> Icon {
        Icon::Graph
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        if self.spec.case != view.case {
            self.spec.case = view.case;
            self.forget();
        }
        let data = view.graph(&self.spec);
        let remark = data.map(|data| remark(view.lang, data)).unwrap_or_default();
        bits::head(ui, view.text(self.title()), &remark, |ui| self.actions(ui, view, out));
        self.options(ui, view);
        let Some(data) = data else {
            view.graph(&self.spec);
            bits::waiting(ui, view, view.t("つながりを集めています", "Gathering links"));
            return;
        };
        if data.nodes.is_empty() {
            let pressed = bits::empty(
                ui,
                view.t("つながりはまだありません。", "No links yet."),
                Some(view.t("証拠を追加", "Add evidence")),
                view.t(
                    "例：二つの事案が同じ暗号資産アドレスを含むと、ここで結ばれます。",
                    "Example: two cases that hold the same wallet are tied here.",
                ),
            );
            if pressed {
                out.act(Act::Pick(PickFor::Evidence));
            }
            return;
        }
        self.canvas(ui, view, data, out);
    }

    fn act(&mut self, act: &Act, view: &View<'_>, out: &mut Outbox) {
        if let Act::ShowInGraph(kind, value) = act {
            self.spec.focus = Some((*kind, value.clone()));
            self.spec.case = view.case;
            self.spec.benign = true;
            self.forget();
            out.act(Act::Select(Selection::Indicator(*kind, value.clone())));
        }
    }

    fn command(&mut self, command: UiCommand, view: &View<'_>, out: &mut Outbox) {
        let node = match self.chosen {
            Some(WhyOf::Node(at)) => view.graph(&self.spec).and_then(|data| data.nodes.get(at as usize)),
            _ => None,
        };
        if let Some(NodeKind::Indicator(kind, value)) = node.map(|node| &node.kind) {
            match command {
                UiCommand::RowIndicators => out.act(Act::ShowIndicator(*kind, value.clone())),
                UiCommand::InGraph => out.act(Act::ShowInGraph(*kind, value.clone())),
                _ => {}
            }
        }
    }

    fn step(&mut self, back: bool, view: &View<'_>) -> bool {
        self.moves.step(back, edits(view))
    }

    fn remember(&self) -> serde_json::Value {
        let GraphSpec { layout, shared, evidence, benign, .. } = &self.spec;
        let circle = *layout == Layout::Circle;
        serde_json::json!({ "circle": circle, "shared": shared, "evidence": evidence, "benign": benign })
    }

    fn recall(&mut self, kept: &serde_json::Value) {
        let on = |name: &str| kept.get(name).and_then(serde_json::Value::as_bool).unwrap_or(false);
        self.spec.layout = if on("circle") { Layout::Circle } else { Layout::Force };
        (self.spec.shared, self.spec.evidence, self.spec.benign) = (on("shared"), on("evidence"), on("benign"));
    }

    fn picked(&mut self, purpose: &PickFor, paths: &[PathBuf], _view: &View<'_>, out: &mut Outbox) {
        if let (PickFor::Save("graph", _), Some(path)) = (purpose, paths.first()) {
            out.order(Command::SaveGraph { spec: self.spec.clone(), out: path.clone() });
        }
    }
}

impl Graph {
    fn forget(&mut self) {
        self.moves.clear();
        self.chosen = None;
        self.camera = Camera::default();
    }

    fn actions(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Outbox) {
        let save = bits::menu_button(ui, view.t("書出し", "Save"));
        bits::menu(&save, None, |ui| {
            for ending in ["graphml", "gexf", "svg", "png", "json"] {
                if ui.button(format!(".{ending}…")).clicked() {
                    out.act(Act::Pick(PickFor::Save("graph", format!("graph.{ending}"))));
                }
            }
        });
        if self.moves.any()
            && bits::button(ui, Weight::Bare, None, view.t("点の位置を戻す", "Undo the move"))
                .on_hover_text("Ctrl+Z")
                .clicked()
        {
            // Edits made since do not stand in the way of a button that names what it does.
            self.moves.step(true, 0);
        }
        if bits::icon_button(ui, Icon::Fit, view.t("全体を表示", "Show all"), false).clicked() {
            self.camera.fit();
        }
    }

    fn options(&mut self, ui: &mut Ui, view: &View<'_>) {
        let before = self.spec.clone();
        ui.horizontal(|ui| {
            ui.add_space(style::M);
            ui.spacing_mut().item_spacing.x = 4.0;
            for (layout, name) in
                [(Layout::Force, view.t("力学配置", "Forces")), (Layout::Circle, view.t("円環配置", "Circle"))]
            {
                if bits::chip(ui, self.spec.layout == layout, None, name, None).clicked() {
                    self.spec.layout = layout;
                }
            }
            ui.add_space(style::S);
            for (value, name) in [
                (&mut self.spec.shared, view.t("複数事案の値のみ", "Shared values only")),
                (&mut self.spec.evidence, view.t("証拠も表示", "Evidence too")),
                (&mut self.spec.benign, view.t("既知の無害・共用も表示", "Known benign too")),
            ] {
                if bits::chip(ui, *value, None, name, None).clicked() {
                    *value = !*value;
                }
            }
            if let Some((_, value)) = self.spec.focus.clone() {
                let text = words::middle(&value, 12);
                if bits::chip(ui, true, None, &text, Some("×")).clicked() {
                    self.spec.focus = None;
                }
                for hops in 1..=3 {
                    let name = format!("{hops}{}", view.t("段", " hops"));
                    if bits::chip(ui, self.spec.hops == hops, None, &name, None).clicked() {
                        self.spec.hops = hops;
                    }
                }
            }
        });
        ui.add_space(4.0);
        if before != self.spec {
            self.forget();
            ui.ctx().request_repaint();
        }
    }

    fn canvas(&mut self, ui: &mut Ui, view: &View<'_>, data: &GraphData, out: &mut Outbox) {
        let rect = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(rect, Sense::CLICK | Sense::DRAG);
        let name = view.text(self.title());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Canvas, true, name));
        let Some(places) = view.places(&self.spec) else {
            ui.put(Rect::from_center_size(rect.center(), vec2(160.0, 30.0)), egui::Spinner::new());
            return;
        };
        self.camera.follow(rect, &places.at);
        self.camera.wheel(ui, &response);
        if view.active {
            self.camera.keys(ui, rect);
        }
        self.sight.look(data, &places.at, self.moves.of(data), &self.camera, rect);
        let scale = self.camera.scale();
        let hit = response.hover_pos().and_then(|pointer| self.sight.hit(data, scale, pointer));
        if response.drag_started() {
            let origin = ui.input(|input| input.pointer.press_origin()).unwrap_or(rect.center());
            self.moves.begin(match self.sight.hit(data, scale, origin) {
                Some(WhyOf::Node(node)) => Some(node),
                _ => None,
            });
        }
        let scene = paint::Scene { rect, data, camera: &self.camera, chosen: self.chosen, hover: hit, lang: view.lang };
        paint::draw(ui, &scene, &self.sight, &mut self.layers);
        self.drag(&response, view, data, places.at.as_ref());
        if response.clicked() {
            self.chosen = hit;
            let selection = hit.map_or(Selection::Nothing, |of| select(&self.spec, data, of));
            out.act(Act::Select(selection));
        }
        if response.double_clicked()
            && let Some(WhyOf::Node(node)) = hit
            && let Some(NodeKind::Indicator(kind, value)) = data.nodes.get(node as usize).map(|node| &node.kind)
        {
            out.act(Act::ShowInGraph(*kind, value.clone()));
        }
        self.menu(&response, view, data, hit, out);
        if places.calm {
            paint::left_out(ui, rect, &self.sight, view.lang);
        } else {
            let bar = Rect::from_min_size(rect.min + vec2(style::M, 4.0), vec2(160.0, 4.0));
            bits::share_bar(ui, bar, places.share);
            ui.ctx().request_repaint_after_secs(0.05);
        }
        paint::legend(ui, rect, view.lang);
        if bits::icon_at(
            ui,
            Rect::from_min_size(rect.right_top() + vec2(-38.0, 6.0), vec2(28.0, 28.0)),
            Icon::Plus,
            view.t("拡大", "Zoom in"),
        ) {
            self.camera.zoom(rect.center(), rect, 1.4);
        }
        if bits::icon_at(
            ui,
            Rect::from_min_size(rect.right_top() + vec2(-38.0, 38.0), vec2(28.0, 28.0)),
            Icon::Dash,
            view.t("縮小", "Zoom out"),
        ) {
            self.camera.zoom(rect.center(), rect, 1.0 / 1.4);
        }
    }

    /// What can be done with the node under the pointer.
    fn menu(
        &mut self,
        response: &egui::Response,
        view: &View<'_>,
        data: &GraphData,
        hit: Option<WhyOf>,
        out: &mut Outbox,
    ) {
        if response.secondary_clicked() {
            self.menu_on = hit;
            if let Some(of) = hit {
                self.chosen = hit;
                out.act(Act::Select(select(&self.spec, data, of)));
            }
        }
        let Some(WhyOf::Node(node)) = self.menu_on else { return };
        let Some(node) = data.nodes.get(node as usize) else { return };
        let t = |ja, en| view.t(ja, en);
        response.context_menu(|ui| match &node.kind {
            NodeKind::Case(key) => {
                if ui.button(t("この事案で作業", "Work in this case")).clicked() {
                    out.act(Act::Case(Some(*key)));
                }
            }
            NodeKind::Indicator(kind, value) => {
                if ui.button(t("この値を中心に見る", "Centre on this value")).clicked() {
                    out.act(Act::ShowInGraph(*kind, value.clone()));
                }
                if ui.button(t("記録を見る", "Show records")).clicked() {
                    let query = crate::app::panels::records::conditions::quoted(value);
                    out.act(Act::ShowRecords(RecordView { case: view.case, query, ..RecordView::default() }));
                }
                if ui.button(t("識別情報の一覧で見る", "Show in the list")).clicked() {
                    out.act(Act::ShowIndicator(*kind, value.clone()));
                }
                if ui.button(t("値を写す", "Copy value")).clicked() {
                    out.act(Act::Copy(value.clone()));
                }
            }
            _ => {
                if ui.button(t("名前を写す", "Copy name")).clicked() {
                    out.act(Act::Copy(node.label.clone()));
                }
            }
        });
    }

    fn drag(&mut self, response: &egui::Response, view: &View<'_>, data: &GraphData, places: &[[f32; 2]]) {
        if response.dragged() {
            let delta = response.drag_delta();
            match self.moves.held() {
                Some(node) => {
                    let put = self.moves.of(data).get(&node).or_else(|| places.get(node as usize));
                    let here = put.copied().unwrap_or([0.0; 2]);
                    let by = self.camera.world_way(delta);
                    self.moves.put([here[0] + by.x, here[1] + by.y]);
                }
                None => self.camera.pan(delta),
            }
        }
        if response.drag_stopped() {
            self.moves.end(data, edits(view));
        }
    }
}

/// Edits of the store made so far.
fn edits(view: &View<'_>) -> u64 {
    view.store().map_or(0, |store| store.edits)
}

fn select(spec: &GraphSpec, data: &GraphData, of: WhyOf) -> Selection {
    match of {
        WhyOf::Node(at) => match data.nodes.get(at as usize).map(|node| &node.kind) {
            Some(NodeKind::Case(key)) => Selection::Case(*key),
            Some(NodeKind::Indicator(kind, value)) => Selection::Indicator(*kind, value.clone()),
            _ => Selection::Link(spec.clone(), of),
        },
        WhyOf::Edge(_) => Selection::Link(spec.clone(), of),
    }
}

fn remark(lang: Lang, data: &GraphData) -> String {
    let (nodes, edges) = (data.nodes.len() as u64, data.edges.len() as u64);
    let mut out = match lang {
        Lang::Ja => format!("点 {} · 線 {}", words::count(nodes), words::count(edges)),
        Lang::En => format!("{} · {}", words::many(nodes, "node"), words::many(edges, "link")),
    };
    if data.hidden > 0 {
        let hidden = words::count(data.hidden);
        out = match lang {
            Lang::Ja => format!("{out} · 非表示 {hidden}"),
            Lang::En => format!("{out} · {hidden} hidden"),
        };
    }
    out
}
