//! Dockable tiles: the three ready arrangements, and their form in what is remembered.

use super::panels::Panel;
use super::state::Tiles as Saved;
use super::style::{self, palette};
use super::view::{Outbox, View};
use crate::app::widgets::bits;
use crate::app::widgets::icon::{self, Icon};
use egui::{Align, Color32, Rect, Role, Stroke, Ui, Visuals, WidgetInfo, WidgetText, pos2, vec2};
use egui_tiles::{Behavior, Container, Linear, LinearDir, SimplificationOptions, TabState, Tile, TileId, Tiles, Tree};

/// A tile holds a panel's id.
pub type Board = Tree<&'static str>;

/// A ready arrangement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// Evidence, records, indicators as tabs.
    Reading,
    /// The graph above, indicators and records below.
    Linking,
    /// Export beside indicators.
    HandingUp,
}

/// The description of a ready arrangement.
pub fn ready(which: Ready) -> Saved {
    let panel = |id: &str| Saved::Panel { id: id.to_owned() };
    let tabs = |ids: &[&str], front| Saved::Tabs { children: ids.iter().map(|id| panel(id)).collect(), front };
    match which {
        Ready::Reading => tabs(&["cases", "evidence", "records", "indicators"], 0),
        Ready::Linking => Saved::Split {
            across: false,
            children: vec![tabs(&["graph"], 0), tabs(&["indicators", "records"], 0)],
            shares: vec![0.6, 0.4],
        },
        Ready::HandingUp => Saved::Split {
            across: true,
            children: vec![tabs(&["export", "received", "audit"], 0), tabs(&["indicators", "cases"], 0)],
            shares: vec![0.62, 0.38],
        },
    }
}

/// Builds the tiles of a description; panels unknown or named twice are left out.
pub fn build(saved: &Saved, ids: &[&'static str]) -> Board {
    let mut tiles = Tiles::default();
    let mut left = ids.to_vec();
    let root = insert(saved, &mut tiles, &mut left, 0).or_else(|| {
        let first = *ids.first()?;
        let pane = tiles.insert_pane(first);
        Some(tiles.insert_tab_tile(vec![pane]))
    });
    let id = bits::id("tiles");
    root.map_or_else(|| Tree::empty(id), |root| Tree::new(id, root, tiles))
}

fn insert(saved: &Saved, tiles: &mut Tiles<&'static str>, left: &mut Vec<&'static str>, depth: u8) -> Option<TileId> {
    if depth > 8 {
        return None;
    }
    match saved {
        Saved::Panel { id } => {
            let at = left.iter().position(|known| known == id)?;
            Some(tiles.insert_pane(left.swap_remove(at)))
        }
        Saved::Tabs { children, front } => {
            let children: Vec<TileId> =
                children.iter().filter_map(|child| insert(child, tiles, left, depth + 1)).collect();
            let active = children.get(*front).or(children.first()).copied()?;
            let mut tabs = egui_tiles::Tabs::new(children);
            tabs.set_active(active);
            Some(tiles.insert_container(tabs))
        }
        Saved::Split { across, children, shares } => {
            let made: Vec<(TileId, f32)> = children
                .iter()
                .enumerate()
                .filter_map(|(at, child)| {
                    let share = shares.get(at).copied().filter(|share| share.is_finite()).unwrap_or(1.0);
                    Some((insert(child, tiles, left, depth + 1)?, share.clamp(0.02, 50.0)))
                })
                .collect();
            if made.is_empty() {
                return None;
            }
            let dir = if *across { LinearDir::Horizontal } else { LinearDir::Vertical };
            let mut linear = Linear::new(dir, made.iter().map(|(id, _)| *id).collect());
            for (id, share) in made {
                linear.shares.set_share(id, share);
            }
            Some(tiles.insert_container(linear))
        }
    }
}

/// Describes the tiles as they lie.
pub fn describe(board: &Board) -> Option<Saved> {
    describe_tile(board, board.root()?)
}

fn describe_tile(board: &Board, id: TileId) -> Option<Saved> {
    match board.tiles.get(id)? {
        Tile::Pane(panel) => Some(Saved::Panel { id: (*panel).to_owned() }),
        Tile::Container(Container::Tabs(tabs)) => {
            let front = tabs.children.iter().position(|child| tabs.active == Some(*child)).unwrap_or(0);
            Some(Saved::Tabs {
                children: tabs.children.iter().filter_map(|id| describe_tile(board, *id)).collect(),
                front,
            })
        }
        Tile::Container(Container::Linear(linear)) => Some(Saved::Split {
            across: linear.dir == LinearDir::Horizontal,
            children: linear.children.iter().filter_map(|id| describe_tile(board, *id)).collect(),
            shares: linear.children.iter().map(|id| linear.shares[*id]).collect(),
        }),
        Tile::Container(Container::Grid(grid)) => Some(Saved::Split {
            across: true,
            children: grid.children().filter_map(|id| describe_tile(board, *id)).collect(),
            shares: Vec::new(),
        }),
    }
}

/// The panels in sight: the front one of each group of tabs.
pub fn shown(board: &Board) -> Vec<&'static str> {
    let panel = |id: &TileId| match board.tiles.get(*id) {
        Some(Tile::Pane(panel)) => Some(*panel),
        _ => None,
    };
    board.active_tiles().iter().filter_map(panel).collect()
}

/// Brings a panel to the front; one that is closed is opened as a tab in the largest group.
pub fn open(board: &mut Board, panel: &'static str) {
    let here = board.tiles.find_pane(&panel);
    let tile = here.unwrap_or_else(|| {
        let tile = board.tiles.insert_pane(panel);
        let group = largest_tabs(board);
        if let Some(Tile::Container(container)) = group.and_then(|group| board.tiles.get_mut(group)) {
            container.add_child(tile);
        } else {
            board.root = Some(board.tiles.insert_tab_tile(vec![tile]));
        }
        tile
    });
    board.make_active(|id, _| id == tile);
}

fn largest_tabs(board: &Board) -> Option<TileId> {
    let area = |id: TileId| board.tiles.rect(id).map_or(0.0, |rect| rect.area());
    let mut groups: Vec<TileId> = board
        .tiles
        .iter()
        .filter(|(_, tile)| matches!(tile, Tile::Container(Container::Tabs(_))))
        .map(|(id, _)| *id)
        .collect();
    groups.sort_by(|a, b| area(*b).total_cmp(&area(*a)).then(a.0.cmp(&b.0)));
    groups.first().copied()
}

/// Draws the panels in their tiles.
pub struct Hands<'a, 'b> {
    /// The panels.
    pub panels: &'a mut [Box<dyn Panel>],
    /// What they see.
    pub view: &'a View<'b>,
    /// Which has the keys.
    pub active: &'a mut &'static str,
    /// What they hand back.
    pub out: &'a mut Outbox,
    /// A tile was moved, opened or closed.
    pub moved: bool,
}

impl Behavior<&'static str> for Hands<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut &'static str) -> egui_tiles::UiResponse {
        let rect = ui.max_rect();
        ui.painter().rect_filled(rect, 0, palette(ui).panel);
        if ui.input(|input| input.pointer.any_pressed()) && ui.rect_contains_pointer(rect) {
            *self.active = *pane;
        }
        let view = self.view.for_panel(*self.active == *pane);
        if let Some(panel) = self.panels.iter_mut().find(|panel| panel.id() == *pane) {
            ui.set_clip_rect(rect.intersect(ui.clip_rect()));
            ui.push_id(*pane, |ui| panel.ui(ui, &view, self.out));
        }
        egui_tiles::UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &&'static str) -> WidgetText {
        let panel = self.panels.iter().find(|panel| panel.id() == *pane);
        panel.map_or("", |panel| self.view.text(panel.title_in(self.view))).into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<&'static str>,
        ui: &mut Ui,
        id: egui::Id,
        tile_id: TileId,
        state: &TabState,
    ) -> egui::Response {
        let p = palette(ui);
        let text = self.tab_title_for_tile(tiles, tile_id).text().to_owned();
        let galley = ui.painter().layout_no_wrap(text.clone(), style::table(), Color32::PLACEHOLDER);
        let close = if state.closable { 20.0 } else { 0.0 };
        let size = vec2(galley.size().x + style::M * 2.0 + close - style::XS, ui.available_height());
        let (_, rect) = ui.allocate_space(size);
        let response = ui.interact(rect, id, egui::Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::selected(Role::Tab, ui.is_enabled(), state.active, &text));
        if ui.is_rect_visible(rect) && !state.is_being_dragged {
            let over = response.hovered() || response.has_focus();
            if state.active {
                ui.painter().rect_filled(rect, 0, p.panel);
            }
            let ink = if state.active || over { p.text } else { p.quiet };
            let at = pos2(rect.left() + style::M, (rect.center().y - galley.size().y / 2.0).round());
            ui.painter().galley_with_override_text_color(at, galley, ink);
            if state.closable {
                let place = Rect::from_center_size(pos2(rect.right() - 14.0, rect.center().y), vec2(16.0, 16.0));
                let shut = ui.interact(place, id.with("close"), egui::Sense::CLICK);
                let name = format!("{} {text}", self.view.t("閉じる", "Close"));
                shut.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                if shut.hovered() {
                    ui.painter().rect_filled(place, 3, p.hover);
                }
                if state.active || over || shut.hovered() {
                    let ink = if shut.hovered() { p.text } else { p.disabled };
                    icon::paint_sized(ui.painter(), place.center(), 10.0, Icon::Cross, ink);
                }
                if shut.clicked() || response.clicked_by(egui::PointerButton::Middle) {
                    tiles.remove(tile_id);
                }
            }
        }
        self.on_tab_button(tiles, tile_id, response)
    }

    fn on_tab_button(
        &mut self,
        tiles: &mut Tiles<&'static str>,
        tile: TileId,
        response: egui::Response,
    ) -> egui::Response {
        if response.clicked()
            && let Some(Tile::Pane(panel)) = tiles.get(tile)
        {
            *self.active = *panel;
        }
        response
    }

    fn is_tab_closable(&self, tiles: &Tiles<&'static str>, _tile: TileId) -> bool {
        tiles.iter().filter(|(_, tile)| tile.is_pane()).count() > 1
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        28.0
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        6.0
    }

    fn min_size(&self) -> f32 {
        120.0
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> Color32 {
        style::of(visuals.dark_mode).ground
    }

    fn tab_bar_hline_stroke(&self, _visuals: &Visuals) -> Stroke {
        Stroke::NONE
    }

    fn drag_preview_color(&self, visuals: &Visuals) -> Color32 {
        style::of(visuals.dark_mode).accent.gamma_multiply(0.2)
    }

    fn resize_stroke(&self, style: &egui::Style, state: egui_tiles::ResizeState) -> Stroke {
        let p = style::of(style.visuals.dark_mode);
        match state {
            egui_tiles::ResizeState::Idle => Stroke::NONE,
            _ => Stroke::new(2.0, p.accent),
        }
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { all_panes_must_have_tabs: true, ..SimplificationOptions::default() }
    }

    fn on_edit(&mut self, _action: egui_tiles::EditAction) {
        self.moved = true;
    }

    fn drag_ui(&mut self, tiles: &Tiles<&'static str>, ui: &mut Ui, id: TileId) {
        let title = self.tab_title_for_tile(tiles, id);
        egui::Frame::popup(ui.style())
            .show(ui, |ui| ui.with_layout(egui::Layout::left_to_right(Align::Center), |ui| ui.label(title)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &[&str] = &["cases", "evidence", "records", "indicators", "graph", "export", "received", "audit"];

    #[test]
    fn arrangements_survive_being_remembered() {
        for which in [Ready::Reading, Ready::Linking, Ready::HandingUp] {
            let board = build(&ready(which), IDS);
            assert_eq!(describe(&board), Some(ready(which)));
        }
    }

    #[test]
    fn unknown_and_doubled_panels_are_left_out() {
        let panel = |id: &str| Saved::Panel { id: id.to_owned() };
        let odd = Saved::Tabs { children: vec![panel("nothing"), panel("cases"), panel("cases")], front: 7 };
        let board = build(&odd, IDS);
        assert_eq!(describe(&board), Some(Saved::Tabs { children: vec![panel("cases")], front: 0 }));
        assert!(!build(&panel("nothing"), IDS).is_empty());
    }

    #[test]
    fn a_closed_panel_opens_in_a_tab_group() {
        let mut board = build(&ready(Ready::Reading), IDS);
        open(&mut board, "audit");
        let Some(Saved::Tabs { children, front }) = describe(&board) else { panic!("no tabs") };
        assert_eq!(children.get(front), Some(&Saved::Panel { id: "audit".to_owned() }));
    }
}
